// Moving pictures: a GIF (89a) of frames, each an ImageData of one size.

const CHANNELS = [16, 8, 0]; // the bits where red, green and blue begin

// Colours in a box, with the channel in which they differ most.
function boxOf(colours) {
  const reaches = CHANNELS.map(shift => {
    let low = 255, high = 0;
    for (const rgb of colours) { low = Math.min(low, rgb >> shift & 255); high = Math.max(high, rgb >> shift & 255); }
    return high - low;
  });
  const reach = Math.max(...reaches);
  return { colours, reach, shift: CHANNELS[reaches.indexOf(reach)] };
}

// At most 256 colours for frames by median cut, and the number of each colour that they have.
function paletteOf(frames) {
  const found = new Set();
  for (const { data } of frames) {
    for (let k = 0; k < data.length; k += 4) found.add(data[k] << 16 | data[k + 1] << 8 | data[k + 2]);
  }
  const boxes = [boxOf([...found])];
  while (boxes.length < 256) {
    const widest = boxes.reduce((a, b) => b.reach > a.reach ? b : a);
    if (!widest.reach) break;
    const { colours, shift } = widest, half = colours.length >> 1;
    colours.sort((a, b) => (a >> shift & 255) - (b >> shift & 255));
    boxes.splice(boxes.indexOf(widest), 1, boxOf(colours.slice(0, half)), boxOf(colours.slice(half)));
  }
  const numbers = new Map();
  const palette = boxes.map(({ colours }, k) => {
    for (const rgb of colours) numbers.set(rgb, k);
    const mean = shift => Math.round(colours.reduce((sum, rgb) => sum + (rgb >> shift & 255), 0) / colours.length);
    return CHANNELS.map(mean);
  });
  return { palette, numbers };
}

// Numbers below 256 by Lempel, Ziv and Welch, in blocks of at most 255 bytes.
function compressed(numbers) {
  const bytes = [];
  let bits = 0, n = 0, size = 9, next = 258, codes = new Map();
  const put = code => {
    bits |= code << n;
    for (n += size; n >= 8; n -= 8) { bytes.push(bits & 255); bits >>>= 8; }
  };
  put(256);
  let prefix = numbers[0];
  for (let k = 1; k < numbers.length; k++) {
    const key = prefix << 8 | numbers[k], known = codes.get(key);
    if (known !== undefined) { prefix = known; continue; }
    put(prefix);
    if (next === 4096) { put(256); codes = new Map(); next = 258; size = 9; }
    else { if (next === 1 << size) size++; codes.set(key, next++); }
    prefix = numbers[k];
  }
  put(prefix);
  put(257);
  if (n) bytes.push(bits & 255);
  const out = [];
  for (let k = 0; k < bytes.length; k += 255) {
    const block = bytes.slice(k, k + 255);
    out.push(block.length, ...block);
  }
  return [...out, 0];
}

// The bytes of a GIF that repeats; `delay` of a frame in hundredths of a second.
function gifOf(frames, delay) {
  const { width, height } = frames[0], { palette, numbers } = paletteOf(frames);
  const word = x => [x & 255, x >> 8], text = s => [...s].map(c => c.charCodeAt(0));
  const table = Array.from({ length: 256 }, (_, k) => palette[k] || [0, 0, 0]).flat();
  const parts = [[...text("GIF89a"), ...word(width), ...word(height), 0xf7, 0, 0, ...table,
    0x21, 0xff, 11, ...text("NETSCAPE2.0"), 3, 1, 0, 0, 0]];
  for (const { data } of frames) {
    const pixels = new Uint8Array(width * height);
    for (let k = 0; k < pixels.length; k++) {
      pixels[k] = numbers.get(data[4 * k] << 16 | data[4 * k + 1] << 8 | data[4 * k + 2]);
    }
    parts.push([0x21, 0xf9, 4, 4, ...word(delay), 0, 0, 0x2c, 0, 0, 0, 0, ...word(width), ...word(height), 0, 8]);
    parts.push(compressed(pixels));
  }
  parts.push([0x3b]);
  return new Blob(parts.map(part => Uint8Array.from(part)), { type: "image/gif" });
}
