// A microphone or a sound file becomes Opus packets of 20 ms, in real time.

const RATE_HZ = 48_000;
const CODING = {
  codec: "opus",
  sampleRate: RATE_HZ,
  numberOfChannels: 1,
  bitrate: 28_000,
  opus: { frameDuration: 20_000, application: "voip" },
};
// The controller levels a voice, and no loudspeaker of the district stands in this room.
const MICROPHONE = {
  channelCount: 1,
  echoCancellation: false,
  autoGainControl: false,
  noiseSuppression: true,
};
export const FLOOR_DBFS = -60;

/** Why this browser cannot send sound: "insecure" or "old"; null when it can. */
export async function lacking() {
  if (!isSecureContext) return "insecure";
  if (!globalThis.AudioEncoder || !globalThis.AudioWorkletNode) return "old";
  const { supported } = await AudioEncoder.isConfigSupported(CODING);
  return supported ? null : "old";
}

export class Voice {
  #context;
  #gain;
  #source = null;
  #stream = null;
  #encoder = null;
  #samples = 0;
  #isStarted = false;

  /** `heard(levelDbfs, peakDbfs)` is called for each block. */
  static async open(heard) {
    const context = new AudioContext({ sampleRate: RATE_HZ });
    await context.audioWorklet.addModule("/static/page_blocks.js");
    return new Voice(context, heard);
  }

  constructor(context, heard) {
    this.#context = context;
    this.#gain = new GainNode(context);
    const blocks = new AudioWorkletNode(context, "blocks", {
      channelCount: 1,
      channelCountMode: "explicit", // stereo becomes mono on its way in
    });
    blocks.port.onmessage = ({ data }) => {
      heard(...levels(data));
      this.#encode(data);
    };
    // It gives out silence; nodes that lead nowhere are not run.
    this.#gain.connect(blocks).connect(context.destination);
  }

  /** Raises what getUserMedia raises; `lost` is called when the microphone is pulled out. */
  async useMicrophone(lost) {
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
    this.#stream.getAudioTracks()[0].onended = lost;
    this.#source = new MediaStreamAudioSourceNode(this.#context, { mediaStream: this.#stream });
    this.#source.connect(this.#gain);
    await this.#context.resume();
  }

  /** Raises what decodeAudioData raises. */
  async useFile(file) {
    const buffer = await this.#context.decodeAudioData(await file.arrayBuffer());
    this.#source = new AudioBufferSourceNode(this.#context, { buffer });
    this.#source.connect(this.#gain);
    await this.#context.resume();
  }

  get isFile() {
    return this.#source instanceof AudioBufferSourceNode;
  }

  /** How long the file lasts. */
  get fileS() {
    return this.#source.buffer.duration;
  }

  /** Play the file from its beginning, once; `ended` is called behind its last sample. */
  start(ended) {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#source.onended = ended;
    this.#source.start();
  }

  /** Hand packets to `take` from now on; `failed` is called when there will be no more. */
  send(take, failed) {
    this.#encoder = new AudioEncoder({
      output: (chunk) => {
        const packet = new Uint8Array(chunk.byteLength);
        chunk.copyTo(packet);
        take(packet);
      },
      error: failed,
    });
    this.#encoder.configure(CODING);
  }

  /** Silence goes out instead: a microphone that sends nothing counts as lost. */
  set muted(yes) {
    this.#gain.gain.value = yes ? 0 : 1;
  }

  /** End it, when every block that was heard has been handed over. */
  async close() {
    this.#stream?.getTracks().forEach((track) => track.stop());
    this.#stream = null;
    if (this.#encoder?.state === "configured") await this.#encoder.flush().catch(() => {});
    if (this.#encoder?.state === "configured") this.#encoder.close();
    if (this.#context.state !== "closed") await this.#context.close();
  }

  #encode(block) {
    if (this.#encoder?.state !== "configured") return;
    const data = new AudioData({
      format: "f32",
      sampleRate: RATE_HZ,
      numberOfFrames: block.length,
      numberOfChannels: 1,
      timestamp: Math.round((1e6 * this.#samples) / RATE_HZ), // µs
      data: block,
    });
    this.#samples += block.length;
    this.#encoder.encode(data);
    data.close();
  }
}

/** RMS and peak of a block in dBFS. */
function levels(block) {
  let energy = 0;
  let peak = 0;
  for (const sample of block) {
    energy += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  return [dbfs(Math.sqrt(energy / block.length)), dbfs(peak)];
}

const dbfs = (share) => Math.max(FLOOR_DBFS, 20 * Math.log10(Math.max(share, 1e-6)));
