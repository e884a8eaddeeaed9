// Maps at the size of a picture, exactly as the workflow enlarges them and cuts them off.

/** Return how each of `to` values is made of `from` ones: Pillow's bilinear filter. */
function filterOf(from, to) {
  const scale = from / to;
  const wide = Math.max(scale, 1);
  const starts = new Int32Array(to);
  const weights = [];
  for (let k = 0; k < to; k++) {
    const centre = (k + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - wide + 0.5));
    const high = Math.min(from, Math.trunc(centre + wide + 0.5));
    const of = [];
    for (let x = low; x < high; x++) {
      of.push(Math.max(0, 1 - Math.abs((x - centre + 0.5) / wide)));
    }
    const sum = of.reduce((a, b) => a + b, 0);
    starts[k] = low;
    weights.push(of.map((weight) => weight / sum));
  }
  return { starts, weights };
}

/** Enlarge (height, width) values bilinearly, in single precision after each direction. */
function enlarge(values, height, width, toHeight, toWidth) {
  let rows = values;
  if (toWidth !== width) {
    const { starts, weights } = filterOf(width, toWidth);
    rows = new Float32Array(height * toWidth);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < toWidth; x++) {
        let sum = 0;
        const of = weights[x];
        for (let k = 0; k < of.length; k++) sum += values[y * width + starts[x] + k] * of[k];
        rows[y * toWidth + x] = sum;
      }
    }
  }
  if (toHeight === height) return Float32Array.from(rows);
  const { starts, weights } = filterOf(height, toHeight);
  const result = new Float32Array(toHeight * toWidth);
  for (let y = 0; y < toHeight; y++) {
    const of = weights[y];
    for (let x = 0; x < toWidth; x++) {
      let sum = 0;
      for (let k = 0; k < of.length; k++) sum += rows[(starts[y] + k) * toWidth + x] * of[k];
      result[y * toWidth + x] = sum;
    }
  }
  return result;
}

/** Repeat values without smoothing, so that the cells of a map are seen. */
function repeat(values, height, width, toHeight, toWidth) {
  const result = new Float32Array(toHeight * toWidth);
  for (let y = 0; y < toHeight; y++) {
    const row = Math.floor(((y + 0.5) * height) / toHeight) * width;
    for (let x = 0; x < toWidth; x++) {
      result[y * toWidth + x] = values[row + Math.floor(((x + 0.5) * width) / toWidth)];
    }
  }
  return result;
}

/**
 * Put a map where the network saw it in a picture.
 *
 * A picture was stretched to the network's square, cropped to its central square, or padded to one;
 * where a crop left nothing there is NaN.
 */
function placed(map, picture, framing, cells) {
  const { values, height, width } = map;
  const grow = cells ? repeat : enlarge;
  if (framing === "stretch") return grow(values, height, width, picture.height, picture.width);
  const pad = framing === "pad";
  const side = (pad ? Math.max : Math.min)(picture.height, picture.width);
  const left = Math.floor(Math.abs(side - picture.width) / 2);
  const top = Math.floor(Math.abs(side - picture.height) / 2);
  const square = grow(values, height, width, side, side);
  const result = new Float32Array(picture.height * picture.width).fill(NaN);
  for (let y = 0; y < picture.height; y++) {
    const v = pad ? y + top : y - top;
    if (v < 0 || v >= side) continue;
    for (let x = 0; x < picture.width; x++) {
      const u = pad ? x + left : x - left;
      if (u >= 0 && u < side) result[y * picture.width + x] = square[v * side + u];
    }
  }
  return result;
}

/** The value below which a percentage of sorted values lies: numpy's percentile of float32.
 *
 * numpy looks for its place in double precision: in single it can fall one value short.
 */
function percentile(sorted, percent) {
  const f = Math.fround;
  const where = (percent / 100) * (sorted.length - 1);
  const before = Math.min(Math.floor(where), sorted.length - 1);
  const [a, b] = [sorted[before], sorted[Math.min(before + 1, sorted.length - 1)]];
  const share = where - before;
  const step = f(b - a);
  return f(share < 0.5 ? a + step * share : b - step * (1 - share));
}

/** What is computed once of a map at some size: its values there, sorted, and its extremes. */
class Field {
  constructor(map, size, framing, cells) {
    this.values = placed(map, size, framing, cells);
    this.sorted = null;
    this.low = Infinity;
    this.high = -Infinity;
    for (const value of this.values) {
      if (value < this.low) this.low = value;
      if (value > this.high) this.high = value;
    }
    this.peak = Math.max(Math.abs(this.low), Math.abs(this.high));
    this.flat = !(this.peak > 0);
  }

  /** The value that the top share of the picture exceeds; all of it is above -Infinity. */
  threshold(top) {
    if (top >= 100) return -Infinity;
    this.sorted ??= this.values.filter((value) => !Number.isNaN(value)).sort();
    return percentile(this.sorted, 100 - top);
  }
}

/** Things that are worth keeping, the ones used last. */
class Recent {
  constructor(most) {
    this.most = most;
    this.kept = new Map();
  }

  get(key, make) {
    let value = this.kept.get(key);
    if (value === undefined) value = make();
    else this.kept.delete(key);
    if (value === null) return null;
    this.kept.set(key, value);
    if (this.kept.size > this.most) this.kept.delete(this.kept.keys().next().value);
    return value;
  }
}

const fields = new Recent(600);

/** Return the field of a map, given with a key that names it, in a picture of some size. */
function fieldOf(map, size, cells = state.cells) {
  const key = `${map.key} ${size.width}x${size.height} ${cells}`;
  return fields.get(key, () => new Field(map, size, map.framing ?? contents.framing, cells));
}

/** The map of one picture in a packed array (n, H, W). */
function mapIn(packed, row, key, framing) {
  const [height, width] = packed.shape.slice(-2);
  const rows = typed(packed);
  const start = row * height * width;
  const values = Float32Array.from(rows.subarray(start, start + height * width));
  return { key: `${key} ${row}`, values, height, width, framing };
}

/** The heatmap of a picture, of the chosen kind or another, or null while it is on its way. */
function heatmapOf(image, ofModel = state.model, kind = state.heatmap) {
  const own = `heatmaps/${cohort().id}/${models[ofModel].id}`;
  const name = kind === heatmaps[0][0] ? own : `${own}@${kind}`;
  const found = pack(name);
  if (!found) return null;
  return mapIn(found.heatmap, cohort().place.get(image), name);
}
