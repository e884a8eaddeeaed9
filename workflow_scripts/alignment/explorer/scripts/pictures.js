// Pictures, and the looks in which a map is laid on them.

const loaded = new Map();
const sizes = typed(contents.sizes);
const scratch = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
let onPicture = () => {};

function sizeOf(image) {
  return { width: sizes[2 * image], height: sizes[2 * image + 1] };
}

/** Return a picture that is ready to be drawn, or null while it is on its way. */
function pictureOf(image) {
  if (loaded.has(image)) return loaded.get(image) ?? null;
  const found = pack(`pictures/${Math.floor(image / contents.pictures_together)}`);
  if (!found) return null;
  loaded.set(image, null);
  const element = new Image();
  element.onload = () => {
    loaded.set(image, element);
    onPicture(image);
  };
  // One that cannot be opened is not waited for.
  element.onerror = () => loaded.set(image, undefined);
  element.src = `data:image/webp;base64,${found.webp[image % contents.pictures_together]}`;
  return null;
}

/** Return the size within a square of some side that keeps a picture's proportions. */
function fitted(image, side) {
  const { width, height } = sizeOf(image);
  const scale = side / Math.max(width, height);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

// A pixel is one number, red in its lowest byte.
const pixel = (r, g, b) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
const layers = new Recent(600);

/** Return a picture's pixels at some size, as they are and as they are where it is dark. */
function layersOf(image, size) {
  const picture = pictureOf(image);
  if (!picture) return null;
  const key = `${image} ${size.width}x${size.height} ${state.strength}`;
  return layers.get(key, () => {
    scratch.canvas.width = size.width;
    scratch.canvas.height = size.height;
    scratch.imageSmoothingQuality = "high";
    scratch.drawImage(picture, 0, 0, size.width, size.height);
    const bytes = scratch.getImageData(0, 0, size.width, size.height).data;
    const light = new Uint32Array(bytes.buffer);
    const dark = new Uint32Array(light.length);
    const rest = 1 - state.strength / 100;
    for (let k = 0; k < dark.length; k++) {
      const [r, g, b] = [bytes[4 * k], bytes[4 * k + 1], bytes[4 * k + 2]];
      const grey = 0.3 * r + 0.59 * g + 0.11 * b;
      const mix = (value) => (rest * (0.35 * value + 0.65 * grey) + 8 * (1 - rest)) | 0;
      dark[k] = pixel(mix(r), mix(g), mix(b));
    }
    return { light, dark };
  });
}

const boards = new WeakMap();

/** Return what is drawn on a canvas pixel by pixel, kept for the next time. */
function boardOf(canvas) {
  let board = boards.get(canvas);
  if (board?.drawn.width !== canvas.width || board.drawn.height !== canvas.height) {
    const context = canvas.getContext("2d");
    const drawn = context.createImageData(canvas.width, canvas.height);
    board = { context, drawn, out: new Uint32Array(drawn.data.buffer) };
    boards.set(canvas, board);
  }
  return board;
}

function blend(a, b, share) {
  const mix = (shift) => {
    const from = (a >>> shift) & 255;
    return (from + (((b >>> shift) & 255) - from) * share) | 0;
  };
  return pixel(mix(0), mix(8), mix(16));
}

const palettes = new Map(
  Object.entries(contents.colours).map(([name, text]) => {
    const bytes = bytesOf(text);
    return [
      name,
      Uint32Array.from({ length: 256 }, (_, k) =>
        pixel(bytes[3 * k], bytes[3 * k + 1], bytes[3 * k + 2]),
      ),
    ];
  }),
);

const EDGE = 0.06; // how soft the edge of the light is, in parts of the map's maximum
const AGAINST = pixel(...contents.below_zero); // as in the overlays
const LINE = pixel(255, 190, 70);
const CASING = pixel(10, 10, 12);

const below = (ground, level) => blend(ground, AGAINST, 0.75 * level * level);

const looks = {
  plain: (out, { light }) => out.set(light),

  spotlight(out, { light, dark }, field, threshold) {
    const { values } = field;
    // Where most of a map is zero its threshold is zero too: what does not matter stays dark.
    const low = Math.max(threshold - EDGE * field.peak, Math.min(threshold, 0));
    for (let k = 0; k < out.length; k++) {
      const value = values[k];
      if (value > threshold) out[k] = value < 0 ? below(dark[k], value / field.peak) : light[k];
      else if (value > low) out[k] = blend(dark[k], light[k], (value - low) / (threshold - low));
      else out[k] = dark[k];
    }
  },

  colour(out, { light }, field, threshold) {
    const { values, peak } = field;
    const palette = palettes.get(state.colours);
    const share = (0.4 * state.strength) / usual.strength;
    const signed = field.low < 0;
    for (let k = 0; k < out.length; k++) {
      const value = values[k];
      if (!(value > threshold)) {
        out[k] = light[k];
        continue;
      }
      const level = value / peak;
      const square = Math.sign(level) * level * level;
      out[k] = blend(light[k], palette[(255 * (signed ? 0.5 + square / 2 : square)) | 0], share);
    }
  },

  outline(out, { light }, field, threshold, width) {
    const { values } = field;
    const inside = (k) => values[k] > threshold;
    const height = out.length / width;
    out.set(light);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const k = y * width + x;
        if (!inside(k)) continue;
        const edges = [x > 0, x < width - 1, y > 0, y < height - 1];
        [-1, 1, -width, width].forEach((step, side) => {
          if (edges[side] && inside(k + step)) return;
          out[k] = LINE;
          if (edges[side]) out[k + step] = CASING;
          if (edges[side ^ 1]) out[k - step] = LINE;
        });
      }
    }
  },
};

/** Draw a picture with a map on it; nothing while either is on its way. Returns whether it did. */
function paint(canvas, image, map, options = {}) {
  const size = { width: canvas.width, height: canvas.height };
  const layer = layersOf(image, size);
  if (!layer || map === null) return false;
  const { context, drawn, out } = boardOf(canvas);
  const field = map === undefined ? null : fieldOf(map, size, options.cells);
  const look = !field || field.flat ? "plain" : (options.look ?? state.look);
  const top = options.top ?? state.top;
  const threshold = look === "plain" ? 0 : field.threshold(top);
  looks[look](out, layer, field, threshold, size.width);
  context.putImageData(drawn, 0, 0);
  return true;
}

/** Draw places that speak for (light, or orange) and against (blue) likeness; 1 is full. */
function paintSigned(canvas, image, map, diverging) {
  const size = { width: canvas.width, height: canvas.height };
  const layer = layersOf(image, size);
  if (!layer || map === null) return false;
  const { values } = fieldOf(map, size, state.cells);
  const { context, drawn, out } = boardOf(canvas);
  const warm = pixel(255, 150, 40);
  for (let k = 0; k < out.length; k++) {
    const value = Math.max(-1, Math.min(1, values[k] || 0));
    if (diverging) {
      const ground = blend(layer.dark[k], layer.light[k], 0.45);
      out[k] = blend(ground, value > 0 ? warm : AGAINST, 0.6 * Math.abs(value));
    } else if (value > 0) out[k] = blend(layer.dark[k], layer.light[k], value);
    else out[k] = blend(layer.dark[k], AGAINST, -0.75 * value);
  }
  context.putImageData(drawn, 0, 0);
  return true;
}
