// Seeded random numbers: xoshiro128** (D. Blackman and S. Vigna, 2018), started by splitmix32,
// and the Box–Muller transform. NumPy's generators draw other numbers from the same seed.

// A function that returns the next whole number from 0 to 2³² − 1.
export function generator(seed) {
  let mix = seed >>> 0;
  const splitmix = () => {
    mix = (mix + 0x9e3779b9) | 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  const s = [splitmix(), splitmix(), splitmix(), splitmix()];
  const rotate = (x, k) => (x << k) | (x >>> (32 - k));
  return () => {
    const result = Math.imul(rotate(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11);
    return result;
  };
}

// Fills an array with independent numbers of mean 0 and variance 1.
export const DRAWS = {
  normal(array, next) {
    for (let i = 0; i < array.length; i += 2) {
      const radius = Math.sqrt(-2 * Math.log((next() + 1) / 2 ** 32)); // + 1: never log 0
      const angle = (2 * Math.PI * next()) / 2 ** 32;
      array[i] = radius * Math.cos(angle);
      if (i + 1 < array.length) array[i + 1] = radius * Math.sin(angle);
    }
  },
  uniform(array, next) {
    const bound = Math.sqrt(3); // a uniform number on [−a, a] has variance a²/3
    for (let i = 0; i < array.length; i++) array[i] = bound * ((2 * (next() + 0.5)) / 2 ** 32 - 1);
  },
};
