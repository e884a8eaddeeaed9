// Elements of the page. Names of people's files reach it as text alone, never as markup.

/** Make an element; attributes that are functions listen to events, null ones are left out. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name === "text") element.textContent = value;
    else if (name === "class") element.className = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

const byId = (id) => document.getElementById(id);
const ratio = () => Math.min(window.devicePixelRatio || 1, 2);
const colourOf = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A number with some decimals, with a true minus and without a leading zero, as journals print. */
function decimals(value, digits = 2) {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value).toFixed(digits).replace(/^0\./, ".");
  return (value < 0 && Number(text) !== 0 ? "−" : "") + text;
}

/** A score of about 1e-4, in thousandths. */
const thousandths = (value) => (value > 0 ? "+" : "") + decimals(1000 * value, 1);

// Below this correlation what a heatmap shows is noise: of two pictures that a network finds unlike,
// or of one whose judgments it does not predict.
const isNoise = (r) => Number(r.toFixed(2)) < 0.1; // as it is printed

const nameOf = (image) => contents.images[image];

/** A canvas that shows one picture, with its name for those who do not see it. */
function canvasOf(image, side, label = nameOf(image)) {
  const size = fitted(image, Math.round(side * ratio()));
  return make("canvas", { ...size, role: "img", "aria-label": label });
}

/** A small picture that leads somewhere when it is pressed. */
function tile(image, side, changes, caption, label = nameOf(image)) {
  const canvas = canvasOf(image, side, label);
  canvas.dataset.image = image;
  return make(
    "a",
    { class: "tile", href: link(changes), title: label, click: (event) => follow(event, changes) },
    canvas,
    caption ? make("span", { class: "caption", text: caption }) : null,
  );
}

/** Go where a link leads without leaving the page; new tabs are left to the browser. */
function follow(event, changes) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(changes);
}

function choice(label, key, options, id = `choose-${key}`) {
  const select = make(
    "select",
    { id, change: (event) => go({ [key]: likeBefore(state[key], event.target.value) }) },
    ...options.map(([value, text]) =>
      make("option", { value, text, selected: String(state[key]) === String(value) }),
    ),
  );
  return make("label", { class: "control" }, make("span", { text: label }), select);
}

const likeBefore = (like, value) => (typeof like === "number" ? Number(value) : value);

function slider(label, key, low, high, step, say) {
  const said = make("output", { text: say(state[key]) });
  const input = make("input", {
    type: "range",
    id: `slide-${key}`,
    ...{ min: low, max: high, step, value: state[key] },
    input: () => {
      said.textContent = say(Number(input.value));
      go({ [key]: Number(input.value) });
    },
  });
  return make("label", { class: "control slider" }, make("span", { text: label }), input, said);
}

function tick(label, key) {
  const input = make("input", {
    type: "checkbox",
    id: `tick-${key}`,
    checked: state[key],
    change: () => go({ [key]: input.checked }),
  });
  return make("label", { class: "control tick" }, input, make("span", { text: label }));
}

/** Buttons of which one is pressed. */
function switches(label, key, options) {
  return make(
    "div",
    { class: "switches", role: "group", "aria-label": label },
    ...options.map(([value, text]) =>
      make("button", {
        type: "button",
        text,
        id: `${key}-${value}`,
        "aria-pressed": String(state[key] === value),
        click: () => go({ [key]: value }),
      }),
    ),
  );
}

const LOOK_NAMES = [
  ["spotlight", "Spotlight"],
  ["colour", "Colour"],
  ["outline", "Outline"],
  ["plain", "Plain"],
];

/** The controls of everything that lays a heatmap on pictures. */
function lookControls() {
  const { height, width } = model();
  return [
    slider("Show the top", "top", 2, 100, 1, (value) => `${value} %`),
    switches("Look", "look", LOOK_NAMES),
    slider("Strength", "strength", 0, 100, 1, (value) => `${value} %`),
    state.look === "colour"
      ? choice(
          "Colours",
          "colours",
          Object.keys(contents.colours).map((name) => [name, name]),
        )
      : null,
    tick(`Cells (${height} × ${width})`, "cells"),
  ];
}

/** The choice between kinds of heatmaps, where there are several. */
function heatmapControl() {
  return heatmaps.length > 1 ? choice("Heatmap", "heatmap", heatmaps) : null;
}

/** A panel for a chart: a canvas as wide as it may be, drawn by a function of context and size. */
function chart(height, label, draw, options = {}) {
  const canvas = make("canvas", { role: "img", "aria-label": label, ...options });
  const frame = make("div", { class: "chart" }, canvas);
  const redraw = () => {
    const width = frame.clientWidth;
    if (!width) return;
    const tall = typeof height === "function" ? height(width) : height;
    const scale = ratio();
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(tall * scale);
    canvas.style.height = `${tall}px`;
    const context = canvas.getContext("2d");
    context.scale(scale, scale);
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    draw(context, width, tall);
  };
  new ResizeObserver(redraw).observe(frame);
  return { frame, canvas, redraw };
}

/** Round numbers in a range, for the axis of a chart. */
function niceTicks(low, high, count = 5) {
  const rough = (high - low) / Math.max(1, count) || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) =>
    Number(((first + k) * step).toPrecision(12)),
  );
}

/** The lowest and the highest of some values; NaN does not count. */
function rangeOf(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** A tick of an axis: as few decimals as tell it. */
const printed = (value) => String(value).replace(/^(-?)0\./, "$1.").replace("-", "−");

function note(...parts) {
  return make("p", { class: "note" }, ...parts);
}

/** Lay some canvases out on one, with their captions: what "save PNG" writes. */
function contactSheet(title, items, side = 175, most = 8) {
  const across = Math.min(most, Math.max(1, items.length));
  const [gap, line, head] = [10, 18, 44];
  const down = Math.ceil(items.length / across);
  const sheet = make("canvas", {
    width: across * (side + gap) + gap,
    height: head + down * (side + line + gap) + gap,
  });
  const context = sheet.getContext("2d");
  context.fillStyle = colourOf("--ground");
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.fillStyle = colourOf("--text");
  context.font = "16px sans-serif";
  context.fillText(title, gap, 28, sheet.width - 2 * gap);
  context.font = "12px sans-serif";
  items.forEach(({ canvas, caption }, k) => {
    const x = gap + (k % across) * (side + gap);
    const y = head + Math.floor(k / across) * (side + line + gap);
    const scale = side / Math.max(canvas.width, canvas.height);
    context.drawImage(canvas, x, y, canvas.width * scale, canvas.height * scale);
    context.fillText(caption, x, y + side + 13, side);
  });
  return sheet;
}
