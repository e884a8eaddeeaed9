// What is shown: one state, kept in the hash of the address, so that a link leads back to it.

const VIEWS = ["grid", "picture", "pairs", "pair", "arrangement", "numbers", "map", "methods"];
const LOOKS = ["spotlight", "colour", "outline", "plain"];
const KINDS = ["all", "retained"];
const KEPT = [
  ...["view", "cohort", "model", "image", "other", "map", "top", "look", "kind", "morph"],
  ...["group", "label", "value", "search", "sort", "cells", "signs", "heatmap"],
];

const indexOf = new Map(contents.images.map((name, k) => [name, k]));
const cohorts = contents.cohorts.map((cohort) => {
  const images = typed(cohort.images);
  return { ...cohort, images, place: new Map([...images].map((image, k) => [image, k])) };
});
const models = contents.models;
const columns = Object.keys(contents.labels);
const valuesOf = new Map(columns.map((name) => [name, new Set(contents.labels[name])]));
const MOST_GROUPS = 20; // a column with more is a name or a number of each picture, not a grouping
// [name, label] of each kind of heatmaps: AIS, and those that the configuration names beside it
const heatmaps = contents.heatmaps;

const usual = {
  view: "grid",
  cohort: 0,
  model: 0,
  image: null,
  other: null,
  map: null,
  top: 20,
  look: "spotlight",
  kind: "all",
  morph: 0,
  group:
    columns.find((name) => valuesOf.get(name).size > 1 && valuesOf.get(name).size <= MOST_GROUPS) ??
    "",
  label: "",
  value: "",
  search: "",
  sort: "name",
  cells: false,
  signs: false,
  heatmap: heatmaps[0][0],
  colours: Object.keys(contents.colours)[0],
  strength: 85,
  theme: "auto",
};
const state = { ...usual };

const cohort = () => cohorts[state.cohort];
const model = () => models[state.model];
const both = () => `${cohort().id}/${model().id}`;

function choose(id, items) {
  return Math.max(
    0,
    items.findIndex((item) => item.id === id),
  );
}

/** Return a state in which everything exists: what does not falls back to what is usual. */
function valid(wanted) {
  const is = (options, value, otherwise) => (options.includes(value) ? value : otherwise);
  const whole = (value, low, high, otherwise) =>
    Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise;
  const members = cohorts[wanted.cohort].images;
  const inside = (image) => cohorts[wanted.cohort].place.has(image);
  const image = inside(wanted.image) ? wanted.image : members[0];
  const other = inside(wanted.other) && wanted.other !== image ? wanted.other : null;
  return {
    ...wanted,
    view: is(VIEWS, wanted.view, usual.view),
    look: is(LOOKS, wanted.look, usual.look),
    kind: is(KINDS, wanted.kind, usual.kind),
    heatmap: is(heatmaps.map(([name]) => name), wanted.heatmap, usual.heatmap),
    sort: is(["name", "fit"], wanted.sort, usual.sort),
    group: is(["", ...columns], wanted.group, usual.group),
    label: is(["", ...columns], wanted.label, ""),
    value: valuesOf.get(wanted.label)?.has(wanted.value) ? wanted.value : "",
    top: whole(wanted.top, 2, 100, usual.top),
    morph: whole(wanted.morph, 0, 2, usual.morph),
    map: wanted.map === null ? null : whole(Math.round(wanted.map), 0, models[wanted.model].maps - 1, null),
    image,
    other: other ?? members.find((member) => member !== image),
  };
}

function read(hash) {
  const words = hash.replace(/^#/, "");
  const given = new URLSearchParams(VIEWS.includes(words) ? { view: words } : words);
  const wanted = { ...state, ...Object.fromEntries(KEPT.map((key) => [key, usual[key]])) };
  const text = (key) => given.get(key) ?? usual[key];
  const number = (key) => (given.has(key) ? Number(given.get(key)) : usual[key]);
  const texts = ["view", "look", "kind", "group", "label", "value", "search", "sort", "heatmap"];
  for (const key of texts) {
    wanted[key] = text(key);
  }
  for (const key of ["top", "morph", "map"]) wanted[key] = number(key);
  wanted.cohort = choose(given.get("cohort"), cohorts);
  wanted.model = choose(given.get("model"), models);
  wanted.image = indexOf.get(given.get("image")) ?? null;
  wanted.other = indexOf.get(given.get("other")) ?? null;
  for (const key of ["cells", "signs"]) wanted[key] = given.get(key) === "1";
  Object.assign(state, valid(wanted));
}

function link(changes = {}) {
  const wanted = valid({ ...state, ...changes });
  const words = new URLSearchParams({ view: wanted.view });
  words.set("cohort", cohorts[wanted.cohort].id);
  words.set("model", models[wanted.model].id);
  const uses = { picture: ["image"], pair: ["image", "other"], map: ["map"] };
  for (const key of KEPT.slice(3)) {
    const value = wanted[key];
    const needed = (uses[wanted.view] ?? []).includes(key);
    if (key === "image" || key === "other") {
      if (needed) words.set(key, contents.images[value]);
    } else if (key === "map") {
      if (needed && value !== null) words.set(key, value);
    } else if (value !== usual[key]) {
      words.set(key, value === true ? "1" : value);
    }
  }
  return `#${words}`;
}

let show = () => {};

const SETTLED = 250; // ms after the last change that the address follows: browsers refuse more
let settling = 0;

/** Change what is shown; a step that "back" should undo is one between views, pictures or maps. */
function go(changes) {
  const step = ["view", "image", "other", "map"].some(
    (key) => key in changes && changes[key] !== state[key],
  );
  const before = state.view;
  Object.assign(state, valid({ ...state, ...changes }));
  clearTimeout(settling);
  if (step) history.pushState(null, "", link());
  else settling = setTimeout(() => history.replaceState(null, "", link()), SETTLED);
  show(before !== state.view);
}
