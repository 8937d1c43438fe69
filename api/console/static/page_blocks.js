// In the browser's sound thread: what comes in leaves in blocks of 20 ms; nothing is silence.

const BLOCK_SAMPLES = 960;
const NOTHING = new Float32Array(128);

class Blocks extends AudioWorkletProcessor {
  #block = new Float32Array(BLOCK_SAMPLES);
  #filled = 0;

  process([input]) {
    let rest = input[0] ?? NOTHING;
    while (rest.length) {
      const part = rest.subarray(0, BLOCK_SAMPLES - this.#filled);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      rest = rest.subarray(part.length);
      if (this.#filled === BLOCK_SAMPLES) this.#hand();
    }
    return true;
  }

  #hand() {
    this.port.postMessage(this.#block, [this.#block.buffer]);
    this.#block = new Float32Array(BLOCK_SAMPLES);
    this.#filled = 0;
  }
}

registerProcessor("blocks", Blocks);
