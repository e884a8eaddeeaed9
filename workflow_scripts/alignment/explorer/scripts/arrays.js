"use strict";
// What the page holds: contents that are there at once, and packs that are opened when needed.

const opened = performance.now();
const contents = JSON.parse(document.getElementById("contents").textContent);

const TYPES = {
  i1: Int8Array,
  u1: Uint8Array,
  i2: Int16Array,
  u2: Uint16Array,
  u4: Uint32Array,
  f4: Float32Array,
};
// The number that stands for NaN in rounded arrays of signed types.
const UNKNOWN = { i1: -128, i2: -32768 };

const packs = new Map();
const inline = new Map(
  [...document.querySelectorAll("script[data-pack]")].map((node) => [node.dataset.pack, node]),
);
const asked = new Set();
const lost = new Set();
let onArrival = () => {};

/** Return a pack, or null while it is on its way; it is asked for once. */
function pack(name) {
  if (packs.has(name)) return packs.get(name);
  if (inline.has(name)) {
    packs.set(name, JSON.parse(inline.get(name).textContent));
    inline.get(name).remove();
    return packs.get(name);
  }
  if (!asked.has(name) && contents.data) {
    asked.add(name);
    const script = document.createElement("script");
    script.src = contents.data + encodeURIComponent(name.replaceAll("/", "~")) + ".js";
    script.onerror = () => {
      lost.add(name);
      onArrival(name);
    };
    document.head.append(script);
  }
  return null;
}

/** Called by the files beside the page, each of which holds one pack. */
function receive(name, content) {
  packs.set(name, content);
  onArrival(name);
}

/** Return all of some packs by name, or null while any is on its way. */
function allOf(...names) {
  const found = names.map(pack);
  return found.every((one) => one !== null) ? found : null;
}

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let k = 0; k < raw.length; k++) bytes[k] = raw.charCodeAt(k);
  return bytes;
}

/** Return the typed array of a packed array as it is, without its scale. */
function typed(packed) {
  if (!packed.values) {
    packed.values = new TYPES[packed.type](bytesOf(packed.data).buffer);
    packed.data = null;
  }
  return packed.values;
}

/** Return rows `from` to `to` (exclusive) of a packed array as numbers; by default all. */
function numbers(packed, from = 0, to = packed.shape[0]) {
  const values = typed(packed);
  const width = packed.shape.slice(1).reduce((a, b) => a * b, 1);
  const part = values.subarray(from * width, to * width);
  if (packed.scale === undefined) return Float32Array.from(part);
  const byRow = typeof packed.scale !== "number";
  const unknown = UNKNOWN[packed.type];
  const result = new Float32Array(part.length);
  for (let k = 0; k < part.length; k++) {
    const scale = byRow ? typed(packed.scale)[from + Math.floor(k / width)] : packed.scale;
    result[k] = part[k] === unknown ? NaN : part[k] * scale;
  }
  return result;
}

/** Return all of a packed array as numbers, computed once. */
function all(packed) {
  packed.numbers ??= numbers(packed);
  return packed.numbers;
}

/** Return where the pair (a, b) of n images stands in the upper triangle, row by row. */
function pairPosition(a, b, n) {
  const i = Math.min(a, b);
  const j = Math.max(a, b);
  return i * n - (i * (i + 1)) / 2 + (j - i - 1);
}
