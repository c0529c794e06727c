// The digits: the first 2,000 training and the first 500 test images of the embedded subset, in
// one gzip stream: 784 pixels each (0 is paper, 255 is ink), row by row from the top; then their
// labels. tests/laboratory/test_mathematics.py compares it with `load_mnist()`.

import { TEST, TRAIN } from "./settings.js";

const PIXELS = 784;
const SHA256 = "fbd0fea64412cfa7668fd95966195bd5068a84a14edbdaaac48ce3ae87447f27"; // of the decompressed bytes

// { train, test }: pixels (0 to 255, a row a digit) and labels
export async function loadDigits(url = new URL("digits.bin", import.meta.url)) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the file of the digits cannot be read (${response.status})`);
  return unpack(await decompress(await response.arrayBuffer()));
}

async function decompress(bytes) {
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return await new Response(stream).arrayBuffer();
  } catch {
    throw new Error("the file of the digits is damaged: it does not decompress");
  }
}

async function unpack(buffer) {
  const total = TRAIN + TEST;
  if (buffer.byteLength !== total * (PIXELS + 1)) {
    throw new Error(`the file of the digits holds ${buffer.byteLength} bytes, ` +
      `expected ${total * (PIXELS + 1)}`);
  }
  // Browsers lend their digests to https and to this machine only; gzip's checksum, which has
  // been compared by now, is the whole check elsewhere.
  if (globalThis.crypto?.subtle) {
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer));
    const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (found !== SHA256) throw new Error("the file of the digits is not the expected one");
  }
  const pixels = new Uint8Array(buffer, 0, total * PIXELS);
  const labels = new Uint8Array(buffer, total * PIXELS);
  const part = (start, end) => ({
    pixels: pixels.slice(start * PIXELS, end * PIXELS),
    labels: labels.slice(start, end),
  });
  return { train: part(0, TRAIN), test: part(TRAIN, total) };
}

// Ink from 0 to 1, float32, as load_mnist has it
export function inputs(pixels) {
  return Float32Array.from(pixels, (pixel) => pixel / 255);
}
