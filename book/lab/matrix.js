// Matrices of numbers, row by row, and the few operations that a two-layer network needs.
//
// A matrix is { rows, cols, data }, where data is a Float32Array (as NumPy's float32, which is
// what the page trains with) or a Float64Array (for checking gradients). Results take the type
// of the first argument.
//
// Products run over whole rows, one after the other in memory, and skip the zeros of their left
// factor: four pixels of five are paper, and half of the hidden units are off. (NumPy does not
// skip: 0·∞ is NaN there and nothing here. Only weights that have diverged can tell.)

export function matrix(rows, cols, data = new Float32Array(rows * cols)) {
  if (data.length !== rows * cols) {
    throw new RangeError(`${data.length} numbers, expected ${rows}×${cols}`);
  }
  return { rows, cols, data };
}

// Zeros of another shape, with numbers of the same type as those of A.
export function zerosLike(A, rows = A.rows, cols = A.cols) {
  return matrix(rows, cols, new A.data.constructor(rows * cols));
}

export function copy(A) {
  return matrix(A.rows, A.cols, A.data.slice());
}

// The rows start … end−1 of A, without copying them.
export function rows(A, start, end) {
  return matrix(end - start, A.cols, A.data.subarray(start * A.cols, end * A.cols));
}

// A new matrix with f(a, b) in the place of each pair of entries.
export function zip(A, B, f) {
  const C = zerosLike(A);
  for (let i = 0; i < C.data.length; i++) C.data[i] = f(A.data[i], B.data[i]);
  return C;
}

export function map(A, f) {
  const C = zerosLike(A);
  for (let i = 0; i < C.data.length; i++) C.data[i] = f(A.data[i]);
  return C;
}

// A @ B: row i is a combination of the rows of B, with the entries of row i of A.
export function product(A, B) {
  const C = zerosLike(A, A.rows, B.cols);
  for (let i = 0; i < A.rows; i++) combineRows(C, i, A.data, i * A.cols, 1, B);
  return C;
}

// A.T @ B: row j is a combination of the rows of B, with the entries of column j of A.
export function transposedProduct(A, B) {
  const C = zerosLike(A, A.cols, B.cols);
  for (let j = 0; j < A.cols; j++) combineRows(C, j, A.data, j, A.cols, B);
  return C;
}

// A @ B.T
export function productTransposed(A, B) {
  const C = zerosLike(A, A.rows, B.rows);
  const n = A.cols;
  for (let i = 0; i < A.rows; i++) {
    for (let j = 0; j < B.rows; j++) {
      let sum = 0;
      for (let p = 0; p < n; p++) sum += A.data[i * n + p] * B.data[j * n + p];
      C.data[i * B.rows + j] = sum;
    }
  }
  return C;
}

// Row i of C += Σ_p a[start + p·stride] · row p of B. All the time is spent here: four rows at once,
// since then each number of C is read and written a quarter as often.
function combineRows(C, i, a, start, stride, B) {
  const c = C.data, b = B.data, n = B.cols;
  const wanted = nonzero(a, start, stride, B.rows);
  let q = 0;
  for (; q + 4 <= wanted; q += 4) {
    let p0 = where[q] * n, p1 = where[q + 1] * n, p2 = where[q + 2] * n, p3 = where[q + 3] * n;
    const a0 = value[q], a1 = value[q + 1], a2 = value[q + 2], a3 = value[q + 3];
    for (let to = i * n, end = to + n; to < end; to++) {
      c[to] += a0 * b[p0++] + a1 * b[p1++] + a2 * b[p2++] + a3 * b[p3++];
    }
  }
  for (; q < wanted; q++) {
    const a0 = value[q];
    for (let to = i * n, end = to + n, p0 = where[q] * n; to < end; to++) c[to] += a0 * b[p0++];
  }
}

// Writes the places and the values of the entries that are not 0, and returns how many there are.
let where = new Int32Array(0);
let value = new Float64Array(0);
function nonzero(a, start, stride, count) {
  if (where.length < count) {
    where = new Int32Array(count);
    value = new Float64Array(count);
  }
  let found = 0;
  for (let p = 0, at = start; p < count; p++, at += stride) {
    if (a[at] !== 0) {
      where[found] = p;
      value[found++] = a[at];
    }
  }
  return found;
}

// √ of the sum of squares
export function norm(A) {
  let sum = 0;
  for (const a of A.data) sum += a * a;
  return Math.sqrt(sum);
}
