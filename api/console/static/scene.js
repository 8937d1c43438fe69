// Scenes: the board asset, decoded and played as on the board itself.
// The format is documented in docs/protocols/scene.md; this file follows it and nothing else.

export const MONO = 0;
const TRICOLOUR = 1;
const HOLD = 0;
const SCROLL_LEFT = 1;
const SCROLL_RIGHT = 2;
const SCROLL_UP = 3;
const SCROLL_DOWN = 4;
const CUT = 0;
const FADE = 2;
const DATE = 0;
const TIME = 1;
const COUNTDOWN = 2;
const BLINK_PERIOD_MS = 1000;
const BLINK_LIT_MS = 500;
const DAY_S = 86400;
const DARK = { red: 0, green: 0, blue: 0, blink: false };

/**
 * @typedef {{red: number, green: number, blue: number, blink: boolean}} Ink
 * @typedef {{width: number, strideBytes: number, rows: Uint8Array}} Plane
 * @typedef {{rows: number, glyphs: Map<string, Plane>}} Letters
 * @typedef {{kind: number, letters: Letters, ink: number, x: number, y: number, width: number,
 *            targetS: number}} Field
 * @typedef {{motion: number, entry: number, speedPxS: number, durationMs: number, entryMs: number,
 *            width: number, height: number, planes: Plane[], palette: Ink[],
 *            fields: Field[]}} Page
 * @typedef {{width: number, height: number, depth: number, zone: string, pages: Page[],
 *            durationMs: number}} Scene
 * @typedef {{nowMs: number, temperatureC?: number | null}} Moment what live fields tell
 */

/** Numbers and planes from the front of a buffer; what lies beyond its end is a RangeError. */
class Reader {
  constructor(buffer) {
    this.view = new DataView(buffer);
    this.at = 0;
  }

  u8() { return this.view.getUint8(this.skip(1)); }
  u16() { return this.view.getUint16(this.skip(2), true); }
  u32() { return this.view.getUint32(this.skip(4), true); }
  text(count) { return String.fromCharCode(...this.bytes(count)); }
  bytes(count) { return new Uint8Array(this.view.buffer, this.skip(count), count); }

  plane(width, height) {
    const strideBytes = Math.ceil(width / 8);
    return { width, strideBytes, rows: this.bytes(strideBytes * height) };
  }

  many(count, read) { return Array.from({ length: count }, read); }

  skip(count) {
    this.at += count;
    return this.at - count;
  }
}

/** Read a scene; throws when the bytes are none.
 * @param {ArrayBuffer} buffer @returns {Scene} */
export function decode(buffer) {
  const reader = new Reader(buffer);
  if (reader.text(4) !== "SGNS" || reader.u8() !== 2) throw new Error("not a scene of version 2");
  const depth = reader.u8();
  const count = reader.u8();
  const zoneBytes = reader.u8();
  const width = reader.u16();
  const height = reader.u16();
  const zone = reader.text(zoneBytes);
  const pages = reader.many(count, () => readPage(reader));
  if (reader.at !== buffer.byteLength || count === 0) throw new Error("not exactly one scene");
  const durationMs = pages.reduce((sum, page) => sum + page.durationMs, 0);
  return { width, height, depth, zone, pages, durationMs };
}

function readPage(reader) {
  const motion = reader.u8();
  const entry = reader.u8();
  const speedPxS = reader.u16();
  const durationMs = reader.u32();
  const entryMs = reader.u32();
  const width = reader.u16();
  const height = reader.u16();
  const planeCount = reader.u8();
  const letterSets = reader.u8();
  const fieldCount = reader.u8();
  const inks = reader.many((1 << planeCount) - 1, () => ({
    red: reader.u8(), green: reader.u8(), blue: reader.u8(), blink: reader.u8() === 1,
  }));
  const planes = reader.many(planeCount, () => reader.plane(width, height));
  const letters = reader.many(letterSets, () => readLetters(reader));
  const fields = reader.many(fieldCount, () => readField(reader, letters));
  const palette = [DARK, ...inks];
  return {
    motion, entry, speedPxS, durationMs, entryMs, width, height, planes, palette, fields,
  };
}

function readLetters(reader) {
  const rows = reader.u8();
  const count = reader.u8();
  const glyphs = reader.many(count, () => {
    const letter = String.fromCharCode(reader.u16());
    return [letter, reader.plane(reader.u8(), rows)];
  });
  return { rows, glyphs: new Map(glyphs) };
}

function readField(reader, letters) {
  const kind = reader.u8();
  const set = letters[reader.u8()];
  if (!set) throw new Error("a field without letters");
  return {
    kind, letters: set, ink: reader.u8(), x: reader.u16(), y: reader.u16(), width: reader.u16(),
    targetS: reader.u32(),
  };
}

/** Return the colours of the LEDs, row by row, at a time after the scene began.
 * @param {Scene} scene @param {number} atMs
 * @param {Moment | null} moment null = nobody knows the time
 * @returns {Uint8Array} red, green, blue of each LED; what a mono board lights is white */
export function frameAt(scene, atMs, moment = null) {
  let intoMs = ((Math.floor(atMs) % scene.durationMs) + scene.durationMs) % scene.durationMs;
  let page = scene.pages[0];
  for (page of scene.pages) {
    if (intoMs < page.durationMs) break;
    intoMs -= page.durationMs;
  }
  const numbers = inkNumbers(scene, page, intoMs, moment);
  const inks = page.palette.map((ink) => shown(ink, scene.depth, intoMs));
  const entering = intoMs < page.entryMs;
  const fades = entering && page.entry === FADE;
  const wipes = entering && page.entry !== FADE;
  const columns = wipes ? Math.floor((scene.width * intoMs) / page.entryMs) : scene.width;
  const colours = new Uint8Array(3 * numbers.length);
  for (let at = 0; at < numbers.length; at += 1) {
    if (numbers[at] && at % scene.width < columns) {
      const ink = inks[numbers[at]];
      colours.set(
        fades ? ink.map((channel) => Math.floor((channel * intoMs) / page.entryMs)) : ink, 3 * at,
      );
    }
  }
  return colours;
}

/** Return the colour an ink has on a board of a depth. */
function shown(ink, depth, intoMs) {
  if (ink.blink && intoMs % BLINK_PERIOD_MS >= BLINK_LIT_MS) return [0, 0, 0];
  if (depth === MONO) return ink.red || ink.green || ink.blue ? [255, 255, 255] : [0, 0, 0];
  if (depth === TRICOLOUR) return [ink.red >= 128 ? 255 : 0, ink.green >= 128 ? 255 : 0, 0];
  return [ink.red, ink.green, ink.blue];
}

/** Return the number of each LED's ink under the window. */
function inkNumbers(scene, page, intoMs, moment) {
  const { left, top } = corner(scene, page, intoMs);
  const numbers = new Uint8Array(scene.width * scene.height);
  for (let y = Math.max(0, -top); y < Math.min(scene.height, page.height - top); y += 1) {
    for (let x = Math.max(0, -left); x < Math.min(scene.width, page.width - left); x += 1) {
      let number = 0;
      page.planes.forEach((plane, bit) => { number |= led(plane, left + x, top + y) << bit; });
      numbers[y * scene.width + x] = number;
    }
  }
  for (const field of page.fields) write(field, scene, moment, left, top, numbers);
  return numbers;
}

/** Return where in the strip the window's left upper corner lies. */
function corner(scene, page, intoMs) {
  const moved = Math.floor((intoMs * page.speedPxS) / 1000);
  switch (page.motion) {
    case SCROLL_LEFT: return { left: moved - scene.width, top: 0 };
    case SCROLL_RIGHT: return { left: page.width - moved, top: 0 };
    case SCROLL_UP: return { left: 0, top: moved - scene.height };
    case SCROLL_DOWN: return { left: 0, top: page.height - moved };
    default: return { left: 0, top: 0 };
  }
}

function led(plane, x, y) {
  return (plane.rows[y * plane.strideBytes + (x >> 3)] >> (7 - (x & 7))) & 1;
}

/** Write a field into the window whose corner lies at left, top of the strip. */
function write(field, scene, moment, left, top, numbers) {
  let penX = 0;
  for (const letter of fieldText(field, moment, scene.zone)) {
    const glyph = field.letters.glyphs.get(letter);
    if (!glyph) continue;
    for (let row = 0; row < field.letters.rows; row += 1) {
      for (let column = 0; column < Math.min(glyph.width, field.width - penX); column += 1) {
        const x = field.x - left + penX + column;
        const y = field.y - top + row;
        const inside = x >= 0 && x < scene.width && y >= 0 && y < scene.height;
        if (inside && led(glyph, column, row)) numbers[y * scene.width + x] = field.ink;
      }
    }
    penX += glyph.width;
  }
}

function fieldText(field, moment, zone) {
  if (field.kind === COUNTDOWN) {
    if (!moment) return "--:--:--";
    return remaining(Math.max(0, field.targetS - Math.floor(moment.nowMs / 1000)));
  }
  if (field.kind === DATE || field.kind === TIME) {
    if (!moment) return field.kind === DATE ? "--/--/----" : "--:--";
    const { day, month, year, hour, minute } = wallClock(moment.nowMs, zone);
    return field.kind === DATE ? `${day}/${month}/${year}` : `${hour}:${minute}`;
  }
  const celsius = moment?.temperatureC;
  return Number.isFinite(celsius) ? `${Math.floor(celsius + 0.5)}°C` : "--°C";
}

function remaining(seconds) {
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  const clock = `${two((seconds % DAY_S) / 3600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < DAY_S ? clock : `${Math.floor(seconds / DAY_S)} ngày ${clock}`;
}

const wallClocks = new Map(); // zone → formatter: making one is slow

function wallClock(nowMs, zone) {
  if (!wallClocks.has(zone)) {
    wallClocks.set(zone, new Intl.DateTimeFormat("en-GB", {
      timeZone: zone || "UTC", hourCycle: "h23", year: "numeric", month: "2-digit",
      day: "2-digit", hour: "2-digit", minute: "2-digit",
    }));
  }
  const parts = wallClocks.get(zone).formatToParts(nowMs);
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

const blinks = (page) => page.palette.some((ink) => ink.blink);

/** Say whether anything in the scene moves or changes. @param {Scene} scene */
export function moves(scene) {
  const [page] = scene.pages;
  const stands = page.motion === HOLD && page.entry === CUT && page.fields.length === 0;
  return scene.pages.length > 1 || !stands || blinks(page);
}

/** Return when the first page reads best: all there, its beginning at the edge, and lit.
 * @param {Scene} scene */
export function readableMs(scene) {
  const [page] = scene.pages;
  const passed = {
    [SCROLL_LEFT]: scene.width, [SCROLL_RIGHT]: page.width,
    [SCROLL_UP]: scene.height, [SCROLL_DOWN]: page.height,
  }[page.motion];
  let atMs = passed ? Math.ceil((passed * 1000) / page.speedPxS) : page.entryMs;
  if (blinks(page) && atMs % BLINK_PERIOD_MS >= BLINK_LIT_MS) {
    atMs += BLINK_PERIOD_MS - (atMs % BLINK_PERIOD_MS);
  }
  return Math.min(atMs, page.durationMs - 1);
}

/** Draw LEDs as round lamps with a glow; those of a mono board are amber.
 * @param {HTMLCanvasElement} canvas @param {number} width @param {number} height
 * @param {Uint8Array} colours as `frameAt` returns them @param {number} depth */
export function draw(canvas, width, height, colours, depth = MONO) {
  const pitch = Math.max(3, Math.round((canvas.clientWidth * devicePixelRatio) / width));
  if (canvas.width !== width * pitch || canvas.height !== height * pitch) {
    canvas.width = width * pitch;
    canvas.height = height * pitch;
  }
  const context = canvas.getContext("2d");
  context.globalCompositeOperation = "source-over";
  context.fillStyle = "#0d0b09";
  context.fillRect(0, 0, canvas.width, canvas.height);
  const { dark, lit } = byColour(width * height, colours);
  lamps(context, width, pitch, dark, "#241c12", 0.40);
  const shades = depth === MONO
    ? new Map([...lit.values()].map((leds) => ["255 176 0", leds])) : lit;
  context.globalCompositeOperation = "lighter";
  for (const [shade, leds] of shades) {
    const glow = depth === MONO ? "255 140 0" : shade;
    lamps(context, width, pitch, leds, `rgb(${glow} / 0.22)`, 0.95);
  }
  context.globalCompositeOperation = "source-over";
  for (const [shade, leds] of shades) lamps(context, width, pitch, leds, `rgb(${shade})`, 0.43);
}

/** Sort LEDs by their colour, written as CSS does. */
function byColour(count, colours) {
  const dark = [];
  const lit = new Map();
  for (let at = 0; at < count; at += 1) {
    const [red, green, blue] = colours.subarray(3 * at, 3 * at + 3);
    if (red || green || blue) {
      const shade = `${red} ${green} ${blue}`;
      if (!lit.has(shade)) lit.set(shade, []);
      lit.get(shade).push(at);
    } else {
      dark.push(at);
    }
  }
  return { dark, lit };
}

function lamps(context, width, pitch, leds, colour, radius) {
  context.fillStyle = colour;
  context.beginPath();
  for (const at of leds) {
    const cx = ((at % width) + 0.5) * pitch;
    const cy = (Math.floor(at / width) + 0.5) * pitch;
    context.moveTo(cx + radius * pitch, cy);
    context.arc(cx, cy, radius * pitch, 0, 2 * Math.PI);
  }
  context.fill();
}
