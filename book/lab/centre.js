// A drawing as MNIST prepares its digits: the ink's bounding box is scaled, proportions kept, to fit
// 20×20 pixels, smoothly; then the picture is moved by whole pixels until its centre of mass lies
// nearest to the pixel (14, 14) of 28×28, counted from 0. (So it is in the files: their centres of
// mass lie within half a pixel of 14.0, evenly.)

const SIDE = 28;
const BOX = 20;
const MIDDLE = 14;

// ink: side×side numbers from 0 (paper) to 1; returns 28×28 of them, or null if there is no ink
export function centre(ink, side) {
  const box = boundingBox(ink, side);
  if (!box) return null;
  const scale = BOX / Math.max(box.right - box.left, box.bottom - box.top);
  const small = resample(ink, side, box, scale);
  const [x, y] = massCentre(small);
  return moved(small, Math.round(MIDDLE - x), Math.round(MIDDLE - y));
}

function boundingBox(ink, side) {
  let left = side, right = -1, top = side, bottom = -1;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (ink[y * side + x] > 0) {
        left = Math.min(left, x);
        right = Math.max(right, x + 1);
        top = Math.min(top, y);
        bottom = Math.max(bottom, y + 1);
      }
    }
  }
  return right < 0 ? null : { left, right, top, bottom };
}

// The box in the upper left corner, at its new size. Each pixel is the mean of the ink over the
// square that it covers: no jagged edges.
function resample(ink, side, { left, top }, scale) {
  const image = new Float32Array(SIDE * SIDE);
  const samples = Math.max(4, Math.ceil(1 / scale)); // at least every pixel of the drawing
  for (let v = 0; v < BOX; v++) {
    for (let u = 0; u < BOX; u++) {
      let sum = 0;
      for (let j = 0; j < samples; j++) {
        const y = Math.floor(top + (v + (j + 0.5) / samples) / scale);
        for (let i = 0; i < samples; i++) {
          const x = Math.floor(left + (u + (i + 0.5) / samples) / scale);
          if (x < side && y < side) sum += ink[y * side + x];
        }
      }
      image[v * SIDE + u] = sum / samples ** 2;
    }
  }
  return image;
}

function moved(image, dx, dy) {
  const result = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < BOX; y++) {
    for (let x = 0; x < BOX; x++) {
      const to = [x + dx, y + dy];
      if (to.every((at) => at >= 0 && at < SIDE)) result[to[1] * SIDE + to[0]] = image[y * SIDE + x];
    }
  }
  return result;
}

// In pixels, counted from 0
function massCentre(image) {
  let mass = 0, x = 0, y = 0;
  for (let i = 0; i < image.length; i++) {
    mass += image[i];
    x += image[i] * (i % SIDE);
    y += image[i] * Math.floor(i / SIDE);
  }
  return [x / mass, y / mass];
}
