// Moving pictures: a GIF (89a) of frames, each an ImageData of one size.

// The colours of frames, all of them if 256 are enough, else a cube of 6 x 7 x 6.
function paletteOf(frames) {
  const exact = new Map();
  for (const { data } of frames) {
    for (let k = 0; k < data.length && exact.size <= 256; k += 4) {
      const rgb = data[k] << 16 | data[k + 1] << 8 | data[k + 2];
      if (!exact.has(rgb)) exact.set(rgb, exact.size);
    }
  }
  if (exact.size <= 256) return { colours: [...exact.keys()], index: rgb => exact.get(rgb) };
  const level = (value, n) => Math.round(value * (n - 1) / 255), value = (i, n) => Math.round(255 * i / (n - 1));
  const colours = [];
  for (let r = 0; r < 6; r++) for (let g = 0; g < 7; g++) for (let b = 0; b < 6; b++) {
    colours.push(value(r, 6) << 16 | value(g, 7) << 8 | value(b, 6));
  }
  return { colours, index: rgb => (level(rgb >> 16, 6) * 7 + level(rgb >> 8 & 255, 7)) * 6 + level(rgb & 255, 6) };
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
  const { width, height } = frames[0], { colours, index } = paletteOf(frames);
  const word = x => [x & 255, x >> 8], text = s => [...s].map(c => c.charCodeAt(0));
  const table = new Array(256).fill(0).flatMap((_, k) => {
    const rgb = colours[k] || 0;
    return [rgb >> 16, rgb >> 8 & 255, rgb & 255];
  });
  const parts = [[...text("GIF89a"), ...word(width), ...word(height), 0xf7, 0, 0, ...table,
    0x21, 0xff, 11, ...text("NETSCAPE2.0"), 3, 1, 0, 0, 0]];
  for (const { data } of frames) {
    const numbers = new Uint8Array(width * height);
    for (let k = 0; k < numbers.length; k++) {
      numbers[k] = index(data[4 * k] << 16 | data[4 * k + 1] << 8 | data[4 * k + 2]);
    }
    parts.push([0x21, 0xf9, 4, 4, ...word(delay), 0, 0, 0x2c, 0, 0, 0, 0, ...word(width), ...word(height), 0, 8]);
    parts.push(compressed(numbers));
  }
  parts.push([0x3b]);
  return new Blob(parts.map(part => Uint8Array.from(part)), { type: "image/gif" });
}
