// Drawing: sequences of every kind on a canvas, at a step.

const DATA = JSON.parse(document.getElementById("data").textContent);
const N = DATA.names.length;
const PIXELS = DATA.kind === "frames";
const MOVING = PIXELS || DATA.kind === "skeletons"; // others show all steps at once
const CIVIDIS = [[0, 34, 78], [49, 68, 107], [87, 93, 109], [124, 123, 120], [164, 152, 110], [209, 187, 87], [254, 232, 56]];

const colour = name => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
const clamp = (x, low, high) => Math.min(Math.max(x, low), high);

// The sequences of a sheet: a row of an image, or a table of values (T x D, NaN where missing).
async function opened(sheet) {
  if (sheet.png) {
    const image = new Image();
    image.src = sheet.png;
    await image.decode();
    return sheet.t.map((length, row) => ({ image, row, length }));
  }
  const bytes = Uint8Array.from(atob(sheet.i16), c => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const D = DATA.low.length;
  let at = 0;
  return sheet.t.map(length => {
    const values = new Float32Array(length * D);
    for (let k = 0; k < values.length; k++, at += 2) {
      const level = view.getInt16(at, true), d = k % D;
      values[k] = level < 0 ? NaN : DATA.low[d] + (DATA.high[d] - DATA.low[d]) * level / 32767;
    }
    return { values, length };
  });
}

// Draw a sequence at step t into a box; `full` adds axes and the mark of time.
function draw(ctx, seq, t, x, y, w, h, full) {
  const step = t % seq.length;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, w, h);
  ctx.clip();
  if (PIXELS) drawFrame(ctx, seq, step, x, y, w, h);
  else if (DATA.kind === "skeletons") drawSkeleton(ctx, seq, step, x, y, w, h, full);
  else drawPlot(ctx, seq, step, x, y, w, h, full);
  ctx.restore();
}

function drawFrame(ctx, seq, step, x, y, w, h) {
  const { width, height } = DATA, scale = Math.min(w / width, h / height);
  ctx.imageSmoothingEnabled = scale < 1;
  ctx.drawImage(seq.image, step * width, seq.row * height, width, height,
    x + (w - width * scale) / 2, y + (h - height * scale) / 2, width * scale, height * scale);
}

function drawSkeleton(ctx, seq, step, x, y, w, h, full) {
  const [low, high] = DATA.box, D = DATA.low.length;
  const scale = Math.min(w / (high[0] - low[0]), h / (high[1] - low[1]));
  const left = x + (w - scale * (high[0] - low[0])) / 2, top = y + (h - scale * (high[1] - low[1])) / 2;
  const joint = j => [left + scale * (seq.values[step * D + 2 * j] - low[0]),
    top + scale * (high[1] - seq.values[step * D + 2 * j + 1])];
  ctx.strokeStyle = ctx.fillStyle = colour("c0");
  ctx.lineWidth = full ? 3 : 1;
  ctx.lineCap = "round";
  ctx.beginPath();
  for (const [a, b] of DATA.bones) { ctx.moveTo(...joint(a)); ctx.lineTo(...joint(b)); }
  ctx.stroke();
  for (let j = 0; j < D / 2; j++) {
    ctx.beginPath();
    ctx.arc(...joint(j), full ? 4 : 1.2, 0, 7);
    ctx.fill();
  }
}

// The part of a plot that has the values: full ones keep room for axes.
function inner(w, h, full) {
  if (!full) return { left: 2, top: 2, width: w - 4, height: h - 4 };
  const left = DATA.kind === "lanes" ? Math.min(90, 0.3 * w) : 46; // lanes have names
  return { left, top: 8, width: w - left - 10, height: h - 34 };
}

function drawPlot(ctx, seq, step, x, y, w, h, full) {
  const box = inner(w, h, full), longest = Math.max(...DATA.original.t);
  const X = t => x + box.left + box.width * (t + 0.5) / longest;
  ctx.font = "12px system-ui, sans-serif";
  if (DATA.kind === "heatmap") drawHeatmap(ctx, seq, X, y + box.top, box.height);
  else drawLines(ctx, seq, step, X, x, y + box.top, box.height, full);
  if (!full) return;
  ctx.fillStyle = colour("soft");
  ctx.textAlign = "center";
  ctx.fillText(clockOf(0), Math.max(X(0), x + 8), y + h - 8);
  ctx.textAlign = "right";
  ctx.fillText(clockOf(longest - 1) + (DATA.rate ? " s" : ""), x + w - 4, y + h - 8);
  ctx.strokeStyle = DATA.kind === "heatmap" ? "#fff" : colour("soft");
  ctx.lineWidth = DATA.kind === "heatmap" ? 2 : 1;
  ctx.beginPath();
  ctx.moveTo(X(step), y + box.top);
  ctx.lineTo(X(step), y + box.top + box.height);
  ctx.stroke();
  if (DATA.kind !== "lanes") labelValues(ctx, x + box.left - 6, y + box.top, box.height);
}

function labelValues(ctx, x, y, h) {
  ctx.textAlign = "right";
  const names = DATA.channels;
  const [top, bottom] = DATA.kind === "heatmap"
    ? (DATA.named ? [names[0], names[names.length - 1]] : [String(names.length - 1), "0"]).map(s => s.slice(0, 6))
    : [Math.max(...DATA.high), Math.min(...DATA.low)].map(v => String(+v.toPrecision(3)));
  ctx.fillText(top, x, y + 10);
  ctx.fillText(bottom, x, y + h);
}

function drawLines(ctx, seq, step, X, x, top, height, full) {
  const D = DATA.low.length, lanes = DATA.kind === "lanes";
  const low = Math.min(...DATA.low), high = Math.max(...DATA.high);
  for (let d = 0; d < D; d++) {
    const [a, b] = lanes ? [DATA.low[d], DATA.high[d]] : [low, high];
    const [y0, room] = lanes ? [top + height * d / D, height / D] : [top, height];
    const Y = v => y0 + room * (0.94 - 0.88 * (v - a) / (b - a || 1));
    ctx.strokeStyle = ctx.fillStyle = colour("c" + d % 8);
    ctx.lineWidth = full ? 1.8 : 1;
    ctx.setLineDash(d < 8 ? [] : [4, 3]);
    ctx.beginPath();
    for (let t = 0, pen = false; t < seq.length; t++) {
      const v = seq.values[t * D + d];
      if (!isNaN(v)) ctx[pen ? "lineTo" : "moveTo"](X(t), Y(v));
      pen = !isNaN(v);
    }
    ctx.stroke();
    if (!full) continue;
    const now = seq.values[step * D + d];
    if (!isNaN(now)) { ctx.beginPath(); ctx.arc(X(step), Y(now), 4, 0, 7); ctx.fill(); }
    if (lanes) {
      ctx.textAlign = "right";
      ctx.fillStyle = colour("ink");
      ctx.fillText(DATA.channels[d], X(-0.5) - 6, y0 + room / 2 + 4, X(-0.5) - x - 10);
    }
  }
}

// Channels with names are read from the top; numbers count upwards, as the bands of a spectrogram.
function drawHeatmap(ctx, seq, X, top, height) {
  const D = DATA.low.length, [low, span] = DATA.shades;
  if (!seq.picture) {
    seq.picture = Object.assign(document.createElement("canvas"), { width: seq.length, height: D });
    const image = new ImageData(seq.length, D);
    seq.values.forEach((v, k) => {
      if (isNaN(v)) return;
      const t = Math.floor(k / D), d = k % D;
      const place = clamp((v - low[d]) / span[d], 0, 1) * (CIVIDIS.length - 1);
      const i = Math.min(Math.floor(place), CIVIDIS.length - 2), share = place - i;
      const at = 4 * ((DATA.named ? d : D - 1 - d) * seq.length + t);
      for (let c = 0; c < 3; c++) image.data[at + c] = CIVIDIS[i][c] * (1 - share) + CIVIDIS[i + 1][c] * share;
      image.data[at + 3] = 255;
    });
    seq.picture.getContext("2d").putImageData(image, 0, 0);
  }
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(seq.picture, X(-0.5), top, X(seq.length - 0.5) - X(-0.5), height);
}

// A step as it is told: seconds where the rate is known.
function clockOf(step) {
  return DATA.rate ? String(+(step / DATA.rate).toPrecision(3)) : String(step + 1);
}
