// What leaves the page: pictures, tables and prints, with all that the view holds.

const PAUSE = 50; // ms between looks at whether all has arrived

/** Whether a picture or pack that was asked for is on its way. */
const waiting = () =>
  [...loaded.values()].includes(null) ||
  [...asked].some((name) => !packs.has(name) && !lost.has(name));

/**
 * Wait until all of the view is there and drawn, and what its method `ask` asks for beyond that.
 * Returns false where the view was left, or files are missing.
 */
async function complete(ask) {
  const { view } = state;
  const drawAll = () => {
    show(); // also asks for what depends on what has arrived
    views[view][ask]?.();
    return !waiting();
  };
  while (!drawAll()) {
    say("loading …");
    await new Promise((done) => setTimeout(done, PAUSE));
    if (state.view !== view) return false;
  }
  if (lost.size) say(missing());
  return lost.size === 0;
}

const TOGETHER = 8; // pictures that are opened at once

/**
 * Open the pictures that the page itself holds, a few at a time: a print cannot wait for them.
 * Those beside the page are left until they are needed.
 */
function openRest(from = 0) {
  if (contents.data || from >= contents.images.length) return;
  const until = Math.min(from + TOGETHER, contents.images.length);
  for (let image = from; image < until; image++) pictureOf(image);
  setTimeout(() => openRest(until), PAUSE);
}

window.addEventListener("beforeprint", async () => {
  const { view } = state;
  if (!views[view].paintAll || views[view].paintAll()) return;
  if (!(await complete("askPictures"))) return;
  say("not all pictures had been loaded: now they are, print again");
});

function fileName(kind) {
  const parts = [contents.dataset.id, state.view, cohort().id, model().id];
  return `${parts.join("-")}.${kind}`;
}

function save(blob, name) {
  const anchor = make("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10000);
}

async function savePng() {
  if (!(await complete("askPictures"))) return undefined;
  const canvas = views[state.view].png();
  if (!canvas) return say("there is no picture in this view");
  // Not by toBlob, which waits for the browser to be idle: for as long as seven seconds.
  const [, encoded] = canvas.toDataURL("image/png").split(",");
  return save(new Blob([bytesOf(encoded)], { type: "image/png" }), fileName("png"));
}

const PLAIN = /^-(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i; // a number, not a formula such as -1+2

/** Text of a table; fields that a spreadsheet would run as a formula are given as text. */
function csv(rows) {
  const field = (value) => {
    if (typeof value === "number") return Number.isNaN(value) ? "" : String(value);
    let text = String(value ?? "");
    if (/^[=+@\t\r]/.test(text) || (text.startsWith("-") && !PLAIN.test(text))) text = `'${text}`;
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(field).join(",")).join("\n") + "\n";
}

async function saveCsv() {
  if (!(await complete("askNumbers"))) return;
  const rows = views[state.view].rows();
  save(new Blob([csv(rows)], { type: "text/csv" }), fileName("csv"));
}
