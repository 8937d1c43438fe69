// "Đang phát": every board drawn from the scene its device reports, every speaker with its item.

import { post } from "./rest.js";
import { decode, draw, frameAt, moves, readableMs } from "./scene.js";

const FRAME_MS = 50;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const scenes = new Map(); // asset name → Promise of a scene: assets never change
const boards = new Map(); // device → {card, canvas, scene, sinceMs, drawnAtMs}

const part = (card, name) => card.querySelector(`[data-part="${name}"]`);
const cardOf = (device) => document.querySelector(`[data-device="${CSS.escape(device)}"]`);

function sceneOf(asset) {
  if (!scenes.has(asset)) {
    const loading = fetch(`/api/v1/assets/${asset}`)
      .then((answer) => (answer.ok ? answer.arrayBuffer() : Promise.reject(answer.status)))
      .then(decode);
    loading.catch(() => scenes.delete(asset)); // try again with the next report
    scenes.set(asset, loading);
  }
  return scenes.get(asset);
}

async function show(card, asset, since) {
  const canvas = card.querySelector("canvas");
  const width = Number(card.dataset.width);
  const height = Number(card.dataset.height);
  const depth = Number(card.dataset.depth);
  const sinceMs = Date.parse(since);
  const board = { card, canvas, width, height, depth, scene: null, sinceMs, asset };
  boards.set(card.dataset.device, board);
  if (asset) {
    try {
      board.scene = await sceneOf(asset);
    } catch {
      board.scene = null; // dark, as an unknown picture should be
    }
  }
  if (boards.get(card.dataset.device) === board) paint(board);
}

function paint(board) {
  const { scene, width, height } = board;
  draw(board.canvas, width, height, scene ? seen(board) : new Uint8Array(3 * width * height),
    board.depth);
  board.card.dataset.drawn = board.asset;
}

/** What the board shows now; without motion, its first page where that reads best. */
function seen({ scene, sinceMs }) {
  const nowMs = Date.now();
  return frameAt(scene, calm.matches ? readableMs(scene) : nowMs - sinceMs, { nowMs });
}

let paintedMs = 0;
function animate(nowMs) {
  if (nowMs - paintedMs >= FRAME_MS && !calm.matches) {
    paintedMs = nowMs;
    for (const board of boards.values()) {
      if (board.scene && moves(board.scene)) paint(board);
    }
  }
  requestAnimationFrame(animate);
}

function takeState(state) {
  const card = cardOf(state.device);
  if (!card) return;
  const online = part(card, "state");
  online.dataset.online = state.online ? "yes" : "no";
  online.textContent = state.online ? "trực tuyến" : "mất liên lạc";
  part(card, "why").textContent = said(card, state);
  part(card, "why").title = state.why;
  part(card, "fault").textContent = state.fault;
  part(card, "fault-row").hidden = !state.fault;
  if (card.dataset.kind === "board") {
    show(card, state.asset ?? "", state.since);
  } else {
    card.dataset.playing = state.occurrence ? "yes" : "no";
    card.dataset.since = state.since ?? "";
    part(card, "playing").textContent = state.occurrence ? "đang phát" : "im lặng";
  }
}

/** What is on, in one sentence; the server says the same of the first report. */
function said(card, state) {
  if (state.occurrence) return `theo lịch ${state.broadcast}`;
  const idle = card.dataset.kind === "board" && state.asset;
  return idle ? "không có lịch lúc này, hiện nội dung nền" : "không có lịch lúc này";
}

const stages = {
  received: (ack) => `đã nhận bản ${ack.version}`,
  ready: (ack) => `bản ${ack.version}: có ${ack.assets_ready}/${ack.assets_total} tệp`,
  active: (ack) => `đã xác nhận bản ${ack.version}`,
  rejected: (ack) => `từ chối một kế hoạch (${ack.reason})`,
};

function takeAck(ack) {
  const card = cardOf(ack.device);
  if (card && stages[ack.stage]) part(card, "plan").textContent = stages[ack.stage](ack);
}

function follow() {
  const link = document.querySelector('[data-part="link"]');
  const events = new EventSource(`/api/v1/events?after=${link.dataset.after}`);
  const read = (take) => (event) => take(JSON.parse(event.data));
  events.addEventListener("state", read(takeState));
  events.addEventListener("ack", read(takeAck));
  events.onopen = () => { link.textContent = "Cập nhật trực tiếp"; };
  events.onerror = () => { link.textContent = "Mất kết nối, đang nối lại…"; };
}

function tick() {
  const now = new Date();
  if (calm.matches) boards.forEach(paint); // clocks and countdowns go on
  document.querySelector('[data-part="clock"]').textContent =
    now.toLocaleTimeString("vi-VN", { hour12: false });
  for (const card of document.querySelectorAll('[data-playing="yes"]')) {
    const seconds = Math.max(0, Math.floor((now - Date.parse(card.dataset.since)) / 1000));
    part(card, "elapsed").textContent = `${seconds} giây`;
  }
  for (const card of document.querySelectorAll('[data-playing="no"]')) {
    part(card, "elapsed").textContent = "";
  }
}

/** What texts were typed in before Unicode. */
const encodings = { tcvn3: "TCVN3", vni: "VNI", viscii: "VISCII" };

function compose() {
  const form = document.querySelector("#compose");
  const answer = document.querySelector("#compose-answer");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const board = form.elements.device;
    answer.className = "";
    answer.textContent = "Đang gửi…";
    try {
      const message = await post("/messages", { text: form.elements.text.value });
      if (message.encoding !== "unicode") {
        form.elements.text.value = message.text;
        const from = encodings[message.encoding];
        answer.textContent = `Đã chuyển từ ${from}: ${message.text} – nếu đúng, bấm phát lần nữa.`;
        return;
      }
      await post("/broadcasts", {
        content: { kind: "message", id: message.id },
        targets: [`device:${board.value}`],
        rule: { duration_s: 60 },
      });
      answer.textContent = `Đã xếp lịch: ${board.selectedOptions[0].text}, 60 giây.`;
      cardOf(board.value).scrollIntoView({ block: "nearest" });
    } catch (problem) {
      answer.className = "bad";
      answer.textContent = problem.message;
    }
  });
}

for (const card of document.querySelectorAll('[data-kind="board"]')) {
  show(card, card.dataset.asset, card.dataset.since);
}
addEventListener("resize", () => boards.forEach(paint));
follow();
compose();
tick();
setInterval(tick, 1000);
requestAnimationFrame(animate);
