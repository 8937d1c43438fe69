// Scenes: the board asset, decoded and played as on the board itself.
// The format is documented in docs/protocols/scene.md; this file follows it and nothing else.

const HOLD = 0;
const SCROLL_LEFT = 1;
const HEADER_BYTES = 10;
const PAGE_BYTES = 9;

/**
 * @typedef {{motion: number, speedPxS: number, durationMs: number, stripPx: number,
 *            strideBytes: number, rows: Uint8Array}} Page
 * @typedef {{width: number, height: number, pages: Page[], durationMs: number}} Scene
 */

/** Read a scene; throws when the bytes are none.
 * @param {ArrayBuffer} buffer @returns {Scene} */
export function decode(buffer) {
  const view = new DataView(buffer);
  const magic = String.fromCharCode(...new Uint8Array(buffer, 0, 4));
  if (magic !== "SGNS" || view.getUint8(4) !== 1) throw new Error("not a scene of version 1");
  const count = view.getUint8(5);
  const width = view.getUint16(6, true);
  const height = view.getUint16(8, true);
  const pages = [];
  let offset = HEADER_BYTES;
  for (let index = 0; index < count; index += 1) {
    const stripPx = view.getUint16(offset + 7, true);
    const strideBytes = Math.ceil(stripPx / 8);
    const rows = new Uint8Array(buffer, offset + PAGE_BYTES, strideBytes * height);
    pages.push({
      motion: view.getUint8(offset),
      speedPxS: view.getUint16(offset + 1, true),
      durationMs: view.getUint32(offset + 3, true),
      stripPx, strideBytes, rows,
    });
    offset += PAGE_BYTES + strideBytes * height;
  }
  if (offset !== buffer.byteLength || count === 0) throw new Error("not exactly one scene");
  const durationMs = pages.reduce((sum, page) => sum + page.durationMs, 0);
  return { width, height, pages, durationMs };
}

/** Return which LEDs are lit, row by row, at a time after the scene began.
 * @param {Scene} scene @param {number} atMs @returns {Uint8Array} 1 = lit, width × height */
export function frameAt(scene, atMs) {
  let intoMs = ((atMs % scene.durationMs) + scene.durationMs) % scene.durationMs;
  let page = scene.pages[0];
  for (page of scene.pages) {
    if (intoMs < page.durationMs) break;
    intoMs -= page.durationMs;
  }
  const left = page.motion === SCROLL_LEFT
    ? Math.floor((Math.floor(intoMs) * page.speedPxS) / 1000) - scene.width : 0;
  const lit = new Uint8Array(scene.width * scene.height);
  for (let y = 0; y < scene.height; y += 1) {
    for (let x = 0; x < scene.width; x += 1) {
      const at = left + x;
      if (at >= 0 && at < page.stripPx) {
        lit[y * scene.width + x] =
          (page.rows[y * page.strideBytes + (at >> 3)] >> (7 - (at & 7))) & 1;
      }
    }
  }
  return lit;
}

/** Say whether anything in the scene moves or changes. @param {Scene} scene */
export function moves(scene) {
  return scene.pages.length > 1 || scene.pages[0].motion !== HOLD;
}

/** Draw LEDs as round lamps with a glow.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height
 * @param {Uint8Array} lit */
export function draw(canvas, width, height, lit) {
  const pitch = Math.max(3, Math.round((canvas.clientWidth * devicePixelRatio) / width));
  if (canvas.width !== width * pitch || canvas.height !== height * pitch) {
    canvas.width = width * pitch;
    canvas.height = height * pitch;
  }
  const context = canvas.getContext("2d");
  context.globalCompositeOperation = "source-over";
  context.fillStyle = "#0d0b09";
  context.fillRect(0, 0, canvas.width, canvas.height);
  lamps(context, width, height, pitch, lit, 0, "#241c12", 0.40);
  context.globalCompositeOperation = "lighter";
  lamps(context, width, height, pitch, lit, 1, "rgba(255,140,0,0.22)", 0.95);
  context.globalCompositeOperation = "source-over";
  lamps(context, width, height, pitch, lit, 1, "#ffb000", 0.43);
}

function lamps(context, width, height, pitch, lit, wanted, colour, radius) {
  context.fillStyle = colour;
  context.beginPath();
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (lit[y * width + x] === wanted) {
        const cx = (x + 0.5) * pitch;
        const cy = (y + 0.5) * pitch;
        context.moveTo(cx + radius * pitch, cy);
        context.arc(cx, cy, radius * pitch, 0, 2 * Math.PI);
      }
    }
  }
  context.fill();
}
