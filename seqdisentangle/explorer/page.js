// The page: what is chosen, what is shown of it, and what the hands can do.

const $ = id => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
// The swap that is shown first is with a sequence of another label, where there is one.
const unlike = DATA.names.findIndex(name => name !== null && name !== DATA.names[0]);
const other = unlike < 0 ? Math.min(1, N - 1) : unlike;
const state = { content: 0, motion: other, walk: 0, prior: false, at: 0, playing: false };
// Labels that sequences share are colours on the map, as many as can be told apart.
const known = DATA.names.filter(name => name !== null), UNKNOWN = "unknown";
const labels = [...new Set(known)];
const COLOURED = labels.length < known.length && labels.length <= 8;
const sheets = {}; // original[i]; swaps[i][j] of content i and motion j; walk[k][j] of place k
const cells = [];
let last = 0;

const labelOf = i => DATA.names[i] ?? UNKNOWN;
const nameOf = i => N > 1 && labelOf(i) !== String(i + 1) ? `${i + 1} · ${labelOf(i)}` : labelOf(i);
const placeOf = k => `${k % 2 ? "between draws" : "draw"}, place ${k + 1} of ${DATA.walk.length}`;
const swapped = () => (state.prior ? sheets.walk[state.walk] : sheets.swaps[state.content])[state.motion];
const steps = () => swapped().length;
const now = () => clamp(Math.floor(state.at), 0, steps() - 1);
// A plot of many steps is crossed in some six seconds.
const rate = () => Math.max(8, Math.max(...DATA.original.t) / 6);

function element(parent, tag, attributes) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") made.textContent = value;
    else made.setAttribute(name, value);
  }
  return parent.appendChild(made);
}

// ---- choices ----------------------------------------------------------------------------------

function choose(changes) {
  Object.assign(state, changes);
  state.at = Math.min(state.at, steps() - 1);
  const own = state.content === state.motion && !state.prior;
  $("content-name").textContent = state.prior ? `the prior: ${placeOf(state.walk)}` : nameOf(state.content);
  $("motion-name").textContent = nameOf(state.motion);
  $("swap-name").textContent = own ? "both from one: the reconstruction"
    : state.prior ? `new content, motion of ${nameOf(state.motion)}`
      : `${nameOf(state.content)}, moving as ${nameOf(state.motion)}`;
  $("time").max = steps() - 1;
  $("prior").checked = state.prior;
  $("walk").value = state.walk;
  $("walk").setAttribute("aria-valuetext", placeOf(state.walk));
  markCells();
  markMap();
  const told = state.prior ? `walk=${state.walk + 1}` : `content=${state.content + 1}`;
  // A page within another one, by `srcdoc`, has no address to keep the choice in.
  if (location.protocol !== "about:") history.replaceState(null, "", `#${told}&motion=${state.motion + 1}`);
  show();
  showGrid();
}

function readHash() {
  const told = new URLSearchParams(location.hash.slice(1));
  const number = (name, n) => {
    const value = parseInt(told.get(name), 10) - 1;
    return value >= 0 && value < n ? { [name]: value } : {};
  };
  const walk = number("walk", DATA.walk.length);
  return { ...number("content", N), ...number("motion", N), ...walk, prior: "walk" in walk };
}

function markCells() {
  for (const { cell, i, j } of cells) {
    const on = !state.prior && i === state.content && j === state.motion;
    const row = i === state.content && !state.prior;
    if (i >= 0 && j >= 0) {
      cell.setAttribute("aria-selected", on);
      cell.tabIndex = (i === state.content && j === state.motion) ? 0 : -1;
    } else cell.classList.toggle("on", i < 0 ? j === state.motion : row);
  }
}

function markMap() {
  [...$("map").children].forEach((dot, k) => {
    const content = state.prior ? k === N + state.walk : k === state.content;
    dot.classList.toggle("content", content);
    dot.classList.toggle("motion", k === state.motion);
    dot.setAttribute("aria-pressed", content);
  });
}

// ---- what is shown ----------------------------------------------------------------------------

// A canvas of as many pixels as the screen has there, and its size on the page.
function ready(canvas) {
  const w = canvas.clientWidth, h = canvas.clientHeight, dense = devicePixelRatio || 1;
  if (canvas.width !== Math.round(w * dense) || canvas.height !== Math.round(h * dense)) {
    canvas.width = Math.round(w * dense);
    canvas.height = Math.round(h * dense);
  }
  const ctx = canvas.getContext("2d");
  ctx.setTransform(dense, 0, 0, dense, 0, 0);
  ctx.clearRect(0, 0, w, h);
  return { ctx, w, h };
}

function showIn(canvas, seq) {
  if (PIXELS) {
    canvas.width = DATA.width;
    canvas.height = DATA.height;
    if (seq) draw(canvas.getContext("2d"), seq, now(), 0, 0, DATA.width, DATA.height, true);
    return;
  }
  const { ctx, w, h } = ready(canvas);
  if (seq) draw(ctx, seq, now(), 0, 0, w, h, true);
}

function show() {
  // Of content from the prior there is no original.
  showIn($("content-view"), state.prior ? null : sheets.original[state.content]);
  showIn($("swap-view"), swapped());
  showIn($("motion-view"), sheets.original[state.motion]);
  $("time").value = now();
  const text = DATA.rate ? `${clockOf(now())} s` : `step ${now() + 1} of ${steps()}`;
  $("clock").textContent = text;
  $("time").setAttribute("aria-valuetext", text);
}

function showGrid() {
  const { ctx } = ready($("grid-view"));
  const { left, top } = $("grid-view").getBoundingClientRect();
  for (const { cell, i, j } of cells) {
    const seq = i < 0 ? sheets.original[j] : j < 0 ? sheets.original[i] : sheets.swaps[i][j];
    const box = cell.getBoundingClientRect();
    const [x, y, w, h] = [box.left - left, box.top - top, box.width, box.height];
    if (!PIXELS && (i < 0 || j < 0)) {
      ctx.fillStyle = colour("panel");
      ctx.fillRect(x, y, w, h);
    }
    draw(ctx, seq, now(), x, y, w, h, false);
  }
}

function play(playing) {
  state.playing = playing;
  $("play").textContent = playing ? "Pause" : "Play";
  if (playing) { last = performance.now(); requestAnimationFrame(tick); }
}

function tick(time) {
  if (!state.playing) return;
  const before = now();
  state.at += (time - last) / 1000 * rate() * parseFloat($("speed").value);
  last = time;
  if (state.at >= steps()) state.at %= steps();
  if (now() !== before) {
    show();
    if (MOVING) showGrid();
  }
  requestAnimationFrame(tick);
}

function go(step) {
  play(false);
  state.at = (step + steps()) % steps();
  show();
  if (MOVING) showGrid();
}

// ---- parts of the page ------------------------------------------------------------------------

function buildGrid() {
  const grid = $("grid"), aspect = PIXELS ? DATA.width / DATA.height : 1;
  grid.style.gridTemplateColumns = `repeat(${N + 1}, minmax(0, 1fr))`;
  grid.style.setProperty("--cell", aspect);
  for (let i = -1; i < N; i++) {
    const row = element(grid, "div", { role: "row" });
    for (let j = -1; j < N; j++) {
      if (i < 0 && j < 0) { element(row, "div", { role: "gridcell" }); continue; }
      const whose = [i < 0 ? "" : `content of ${nameOf(i)}`, j < 0 ? "" : `motion of ${nameOf(j)}`];
      const title = whose.filter(Boolean).join(", ");
      const role = i < 0 ? "columnheader" : j < 0 ? "rowheader" : "gridcell";
      const cell = element(row, role === "gridcell" ? "button" : "div", { role, title });
      element(cell, "span", { class: "unseen", text: title });
      cell.addEventListener("click", () => choose(i < 0 ? { motion: j } : j < 0 ? { content: i, prior: false }
        : { content: i, motion: j, prior: false }));
      cells.push({ cell, i, j });
    }
  }
}

function buildMap() {
  $("map-method").textContent = { pca: "Principal components", tsne: "t-SNE", umap: "UMAP" }[DATA.map.method];
  DATA.map.x.forEach(([x, y], k) => {
    const walk = k - N;
    const dot = element($("map"), "button", walk < 0
      ? { type: "button", text: k + 1, title: nameOf(k), "aria-label": nameOf(k) }
      : { type: "button", class: "walk", title: placeOf(walk), "aria-label": `the prior: ${placeOf(walk)}` });
    if (COLOURED && walk < 0 && DATA.names[k] !== null) dot.style.setProperty("--label", `var(--c${labels.indexOf(DATA.names[k])})`);
    dot.style.left = `${8 + 84 * x}%`;
    dot.style.top = `${8 + 84 * (1 - y)}%`;
    dot.addEventListener("click", () => {
      if (walk >= 0) choose({ walk, prior: true });
      else if (document.querySelector("[name=picks]:checked").value === "motion") choose({ motion: k });
      else choose({ content: k, prior: false });
    });
  });
}

function buildLegend(id, names, others = []) {
  $(id).hidden = false;
  [...names, ...others].forEach((name, d) => {
    const item = element($(id), "li", {});
    element(item, "i", { style: `background: var(--${d < names.length ? `c${d % 8}` : "soft"})` });
    item.append(` ${name}`);
  });
}

function scrub(canvas) {
  const seek = event => {
    const { left, width } = canvas.getBoundingClientRect(), box = inner(width, 100, true);
    const share = (event.clientX - left - box.left) / box.width;
    go(clamp(Math.floor(share * Math.max(...DATA.original.t)), 0, steps() - 1));
  };
  canvas.addEventListener("pointerdown", seek);
  canvas.addEventListener("pointermove", event => { if (event.buttons) seek(event); });
}

// ---- saving -----------------------------------------------------------------------------------

// A picture of the page's paper, on which `paint(ctx)` draws.
function painted(width, height, paint) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  ctx.fillStyle = colour("paper");
  ctx.fillRect(0, 0, width, height);
  paint(ctx);
  return canvas;
}

const sizeSaved = () => {
  if (!PIXELS) return MOVING ? [320, 320] : [640, 360];
  const scale = Math.max(1, Math.round(256 / DATA.width));
  return [DATA.width * scale, DATA.height * scale];
};

function stripOf(seqs) {
  const [w, h] = MOVING ? sizeSaved().map(side => side / 2) : sizeSaved();
  const n = MOVING ? Math.min(12, steps()) : 1, gap = 4;
  return painted(n * (w + gap) - gap, seqs.length * (h + gap) - gap, ctx => seqs.forEach((seq, r) => {
    for (let k = 0; k < n; k++) {
      const t = n > 1 ? Math.round(k * (steps() - 1) / (n - 1)) : now();
      draw(ctx, seq, t, k * (w + gap), r * (h + gap), w, h, true);
    }
  }));
}

function save(blob, ending) {
  const link = document.createElement("a");
  const whose = state.prior ? `prior-${state.walk + 1}` : `content-${state.content + 1}`;
  link.download = `swap-${whose}-motion-${state.motion + 1}.${ending}`;
  link.href = URL.createObjectURL(blob);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function savePng() {
  const originals = state.prior ? [] : [sheets.original[state.content]];
  stripOf([...originals, swapped(), sheets.original[state.motion]]).toBlob(blob => save(blob, "png"));
}

function saveGif() {
  const [w, h] = sizeSaved(), frames = [];
  // More than 120 frames are a large file.
  for (let t = 0; t < steps(); t += Math.ceil(steps() / 120)) {
    frames.push(painted(w, h, ctx => draw(ctx, swapped(), t, 0, 0, w, h, true)).getContext("2d").getImageData(0, 0, w, h));
  }
  const seconds = steps() / rate() / parseFloat($("speed").value);
  save(gifOf(frames, Math.max(2, Math.round(100 * seconds / frames.length))), "gif");
}

// ---- hands ------------------------------------------------------------------------------------

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target, inGrid = at.getAttribute("role") === "gridcell";
  // Fields and buttons keep the keys that they use themselves.
  const field = at.matches("input, select"), button = at.matches("button") && !inGrid;
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (moves && !field) {
    if (state.prior && moves[0]) choose({ walk: (state.walk + moves[0] + DATA.walk.length) % DATA.walk.length });
    else choose({ content: (state.content + moves[0] + N) % N, motion: (state.motion + moves[1] + N) % N });
    if (inGrid) cells.find(({ i, j }) => i === state.content && j === state.motion).cell.focus();
  } else if (event.key === " " && !field && !button) play(!state.playing);
  else if (event.key === ",") go(now() - 1);
  else if (event.key === ".") go(now() + 1);
  else if (event.key === "p") choose({ prior: !state.prior });
  else return;
  event.preventDefault();
}

async function begin() {
  [sheets.original, sheets.swaps, sheets.walk] = await Promise.all([opened(DATA.original),
    Promise.all(DATA.swaps.map(opened)), Promise.all(DATA.walk.map(opened))]);
  document.body.className = PIXELS ? "pixels" : "plots";
  $("walk").max = DATA.walk.length - 1;
  buildGrid();
  buildMap();
  if (DATA.kind === "lines" && DATA.channels.length > 1) buildLegend("legend", DATA.channels);
  if (COLOURED) buildLegend("map-legend", labels, known.length < N ? [UNKNOWN] : []);
  $("play").addEventListener("click", () => play(!state.playing));
  $("back").addEventListener("click", () => go(now() - 1));
  $("forth").addEventListener("click", () => go(now() + 1));
  $("time").addEventListener("input", () => go($("time").valueAsNumber));
  $("prior").addEventListener("change", () => choose({ prior: $("prior").checked }));
  $("walk").addEventListener("input", () => choose({ walk: $("walk").valueAsNumber, prior: true }));
  $("save-png").addEventListener("click", savePng);
  $("save-gif").addEventListener("click", saveGif);
  if (!MOVING) ["content-view", "swap-view", "motion-view"].forEach(id => scrub($(id)));
  document.addEventListener("keydown", pressed);
  const again = () => { show(); showGrid(); };
  addEventListener("resize", again);
  addEventListener("hashchange", () => choose(readHash()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  choose(readHash());
  play(!calm && MOVING);
  document.body.dataset.ready = "yes";
}

addEventListener("load", begin);
