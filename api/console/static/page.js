// "Phát trực tiếp": choose, confirm, speak, release.

import { Line } from "./page_line.js";
import { FLOOR_DBFS, Voice, lacking } from "./page_voice.js";
import * as words from "./page_words.js";
import { post } from "./rest.js";

const PATIENCE_MS = 5_000; // for loudspeakers to come, before a file begins without them
const NOBODY_MS = 10_000;
const LAST_WORDS_MS = 200; // a file's last packets are still on their way
const PEAK_FALLS_DB = 0.4; // each block of 20 ms
const MAX_NAMED = 4; // places in the confirmation

const part = (name) => document.querySelector(`[data-part="${name}"]`);
const form = part("choice");

let voice = null;
let line = null;
let page = null; // the controller's, while it is on air
let hearing = () => {}; // the meter that is looked at
let beganMs = 0;
let isMuted = false;
let isReleasing = false;
let awake = null;

// ---- showing

function say(name, text) {
  const shown = part(name);
  if (shown.textContent !== text) shown.textContent = text;
}

function trouble(text) {
  say("trouble", text);
  part("trouble").hidden = !text;
  if (text) part("trouble").scrollIntoView({ block: "center" });
}

function show(name) {
  form.hidden = name !== "choice";
  for (const one of ["on-air", "over"]) part(one).hidden = one !== name;
}

/** Return a function that takes the level and peak of each block and shows them. */
function meter(name) {
  const root = document.querySelector(`[data-meter="${name}"]`);
  const share = (dbfs) => Math.max(0, Math.min(1, 1 - dbfs / FLOOR_DBFS));
  let peak = FLOOR_DBFS;
  return (levelDbfs, peakDbfs) => {
    peak = Math.max(peakDbfs, peak - PEAK_FALLS_DB, FLOOR_DBFS);
    root.style.setProperty("--level", share(levelDbfs).toFixed(3));
    root.style.setProperty("--peak", share(peak).toFixed(3));
    root.setAttribute("aria-valuenow", Math.round(levelDbfs));
    say(`${name}-words`, isMuted ? "" : words.loudness(peak));
  };
}

// ---- choosing

const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
const boxes = () => [...form.querySelectorAll('[name="target"]')];
const checked = () => boxes().filter((box) => box.checked);
const speakersOf = (box) => box.dataset.speakers.split(" ");
const speakers = () => new Set(checked().flatMap(speakersOf));
const nameOf = (box) => box.parentElement.querySelector("span").textContent;

function search() {
  const wanted = plain(part("search").value).split(/\s+/);
  let found = 0;
  for (const item of part("places").children) {
    const text = plain(item.textContent);
    item.hidden = !wanted.every((word) => text.includes(word)) && !item.querySelector(":checked");
    found += !item.hidden;
  }
  part("none").hidden = found > 0;
}

function count() {
  const meant = speakers();
  for (const box of boxes()) {
    box.indeterminate = !box.checked && speakersOf(box).every((one) => meant.has(one));
  }
  say("chosen", words.chosen(checked().length, meant.size));
}

function chooseSource() {
  const isFile = form.elements.source.value === "file";
  part("file-row").hidden = !isFile;
  part("try-row").hidden = isFile;
  if (isFile) stopTrying();
}

async function tryMicrophone() {
  if (voice) return stopTrying();
  trouble("");
  if (!(await opened(false))) return;
  hearing = meter("try");
  part("try-meter").hidden = false;
  say("try", words.told.stopTrying);
}

function stopTrying() {
  part("try-meter").hidden = true;
  say("try", words.told.try);
  return hangUp();
}

// ---- beginning

async function begin(event) {
  event.preventDefault();
  trouble("");
  await stopTrying();
  const isFile = form.elements.source.value === "file";
  const missing = whatIsMissing(isFile);
  if (missing) return trouble(missing);
  part("begin").disabled = true;
  const isOpen = await opened(isFile);
  part("begin").disabled = false;
  part("begin").focus(); // lost while it was disabled
  if (isOpen) confirm(isFile);
}

function whatIsMissing(isFile) {
  if (!checked().length) return words.told.noPlace;
  if (!form.elements.name.value.trim()) return words.told.noName;
  return isFile && !form.elements.file.files.length ? words.told.noFile : "";
}

/** Open the microphone or the file; false, having said why, when that cannot be. */
async function opened(isFile) {
  const opening = await Voice.open((...levels) => hearing(...levels));
  const refusal = await (isFile ? openFile(opening) : openMicrophone(opening));
  if (!refusal) {
    voice = opening;
    return true;
  }
  await opening.close();
  trouble(refusal);
  return false;
}

function openMicrophone(opening) {
  const lost = () => (line ? end(words.unplugged) : hangUp());
  return opening.useMicrophone(lost).then(
    () => "",
    (problem) => words.microphone[problem.name] ?? words.microphone.other,
  );
}

async function openFile(opening) {
  try {
    await opening.useFile(form.elements.file.files[0]);
  } catch {
    return words.told.badFile;
  }
  const minutes = Number(form.elements.minutes.value);
  return opening.fileS > 60 * minutes ? words.told.longFile(minutes) : "";
}

function confirm(isFile) {
  const names = checked().map(nameOf);
  const more = names.length - MAX_NAMED;
  const until = new Date(Date.now() + 60_000 * Number(form.elements.minutes.value));
  say("confirm-count", `${speakers().size} loa`);
  say("confirm-places", names.slice(0, MAX_NAMED).join(", ") + (more > 0 ? ` và ${more} nơi nữa` : ""));
  say("confirm-until", `Muộn nhất đến ${until.toLocaleTimeString("vi-VN", { hour12: false })} là tự tắt.`);
  part("confirm-emergency").hidden = form.elements.class.value !== "emergency";
  part("confirm-meter").hidden = isFile;
  hearing = isFile ? () => {} : meter("confirm");
  part("confirm").showModal();
}

async function go() {
  part("go").disabled = true;
  try {
    page = await post("/pages", {
      name: form.elements.name.value,
      targets: checked().map((box) => box.value),
      class: form.elements.class.value,
      max_s: 60 * Number(form.elements.minutes.value),
    });
    if (!voice) return abandon(); // somebody thought better of it meanwhile
    speak();
    part("confirm").close();
  } catch (problem) {
    part("confirm").close();
    trouble(problem.message);
  } finally {
    part("go").disabled = false;
  }
}

// ---- on air

function speak() {
  isReleasing = false;
  beganMs = performance.now();
  mute(false);
  part("release").disabled = false;
  say("on-air-title", `${words.told.onAir}: ${page.name}`);
  say("total", String(page.devices));
  say("listening", "0");
  say("advice", words.told.wait);
  say("server", words.told.hearsNothing);
  show("on-air");
  part("on-air-title").focus();
  hearing = meter("live");
  line = new Line(page.microphone, {
    status,
    lost: () => {
      say("advice", words.told.lostLine);
      say("server", words.told.hearsNothing);
    },
    over: ({ reason, refusal }) =>
      end(words.endings[reason] ?? (refusal ? [words.ended, refusal] : words.lost)),
  });
  voice.send((packet) => line?.send(packet), () => end(words.endings.fault));
  navigator.wakeLock?.request("screen").then((lock) => { awake = lock; }, () => {});
}

function status({ left_s: leftS, level_dbfs: levelDbfs, devices }) {
  const wholeS = (Date.parse(page.ends_at) - Date.parse(page.created_at)) / 1_000;
  say("listening", String(devices.listening));
  say("total", String(devices.total));
  say("server", levelDbfs > FLOOR_DBFS ? words.told.hears : words.told.hearsNothing);
  const seconds = Math.ceil(leftS);
  say("left", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
  part("left-bar").value = leftS / wholeS;
  if (isReleasing) return;
  const waitedMs = performance.now() - beganMs;
  if (voice.isFile && (devices.listening >= devices.total || waitedMs > PATIENCE_MS)) {
    voice.start(() => setTimeout(release, LAST_WORDS_MS));
  }
  say("advice", advice(devices.listening, waitedMs));
}

function advice(listening, waitedMs) {
  if (isMuted) return words.told.muted;
  if (!listening) return waitedMs > NOBODY_MS ? words.told.nobody : words.told.wait;
  return voice.isFile ? words.told.plays : words.told.speak;
}

function mute(yes) {
  isMuted = yes;
  voice.muted = yes;
  part("mute").setAttribute("aria-pressed", String(yes));
  say("mute", yes ? words.told.unmute : words.told.mute);
}

function release() {
  if (!line || isReleasing) return;
  isReleasing = true;
  part("release").disabled = true;
  say("advice", words.told.releasing);
  if (!line.release()) end(words.endings.released);
}

/** Tell the controller that nobody speaks any more; once too often harms nobody. */
function abandon() {
  if (page) navigator.sendBeacon(`/api/v1/pages/${page.id}/release`);
  page = null;
}

/** Whatever ended it, and also when nobody can be asked: nothing is sent any more. */
function end([title, what]) {
  const recording = `/api/v1/pages/${page.id}/recording`;
  line.close();
  line = null;
  abandon();
  hangUp();
  awake?.release();
  awake = null;
  say("over-title", title);
  say("over-words", what);
  part("recording").href = recording;
  part("recording").hidden = false;
  show("over");
  part("over-title").focus();
}

function hangUp() {
  const closing = voice;
  voice = null;
  hearing = () => {};
  return closing?.close();
}

// ---- wiring

async function wire() {
  part("search").addEventListener("input", search);
  form.addEventListener("change", () => { count(); chooseSource(); });
  form.addEventListener("submit", begin);
  part("try").addEventListener("click", tryMicrophone);
  part("go").addEventListener("click", go);
  part("stay").addEventListener("click", () => part("confirm").close());
  part("confirm").addEventListener("close", () => line || hangUp());
  part("release").addEventListener("click", release);
  part("mute").addEventListener("click", () => mute(!isMuted));
  part("again").addEventListener("click", () => { show("choice"); part("begin").focus(); });
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") release(); });
  addEventListener("pagehide", abandon);
  search(); // a browser may have filled in what was there before
  count();
  chooseSource();
  const lack = await lacking();
  if (!lack) return;
  part("begin").disabled = true;
  part("try").disabled = true;
  trouble(words.lacks[lack]);
}

if (form) wire();
