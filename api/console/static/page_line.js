// The microphone's WebSocket (docs/protocols/page.md): packets out, status in. A line that is lost
// is tried again for as long as the controller waits for it.

const AWAY_MS = 5_000;
const AGAIN_MS = 400;
const MAX_OWED_BYTES = 10_000; // some three seconds; what is older is late anyway
const IN_USE = 4409; // the controller has not noticed yet that our last socket is dead

export class Line {
  #url;
  #calls;
  #socket = null;
  #lostMs = null;
  #isOver = false;

  /** Calls: `status(told)`, `lost()` while it is tried again, and once at the end
   *  `over({reason})` of the controller, `over({refusal})` in words, or `over({lost: true})`. */
  constructor(path, calls) {
    this.#url = new URL(path, location.href);
    this.#url.protocol = this.#url.protocol.replace("http", "ws");
    this.#calls = calls;
    this.#connect();
  }

  send(packet) {
    const socket = this.#socket;
    if (socket.readyState !== WebSocket.OPEN || socket.bufferedAmount > MAX_OWED_BYTES) return;
    socket.send(packet);
  }

  /** Ask for the end; false when there is no line to ask on. */
  release() {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify({ type: "release" }));
    return true;
  }

  close() {
    this.#isOver = true;
    this.#socket.close();
  }

  #connect() {
    this.#socket = new WebSocket(this.#url);
    this.#socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    this.#socket.onclose = (event) => this.#closed(event);
  }

  #take(told) {
    if (this.#isOver) return;
    this.#lostMs = null;
    if (told.type === "status") this.#calls.status(told);
    if (told.type === "released") this.#end({ reason: told.reason });
  }

  #closed({ code, reason }) {
    if (this.#isOver) return;
    const isRefused = code >= 4400 && !(code === IN_USE && this.#lostMs !== null);
    if (isRefused) return this.#end({ refusal: reason.split(" / ")[0] });
    this.#lostMs ??= performance.now();
    if (performance.now() - this.#lostMs > AWAY_MS) return this.#end({ lost: true });
    this.#calls.lost();
    setTimeout(() => this.#isOver || this.#connect(), AGAIN_MS);
  }

  #end(how) {
    this.#isOver = true;
    this.#calls.over(how);
  }
}
