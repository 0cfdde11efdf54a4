// C += A B in WebAssembly, where NumPy multiplies by a plain loop: the same sums in the same order, four to eight at once.
//
// A is (M, K), B (K, N), C (M, N); for each comes its address and the bytes from row to row and from column to column.
// `room` is 2 MiB of memory for rows of A and columns of B laid out as they are read. Written in AssemblyScript; the
// layout is that of Goto and van de Geijn (2008), "Anatomy of high-performance matrix multiplication".

const ROWS = 4; // of a tile of C, which is 32 bytes wide and stays in registers
const DEPTH = 256; // entries of a row of A that are laid out at a time
const WIDTH = 512; // columns of B

export function add_f(M: i32, K: i32, N: i32, A: usize, aRow: i32, aColumn: i32, B: usize, bRow: i32, bColumn: i32,
                      C: usize, cRow: i32, cColumn: i32, room: usize): void {
  add<f32>(M, K, N, A, aRow, aColumn, B, bRow, bColumn, C, cRow, cColumn, room);
}

export function add_d(M: i32, K: i32, N: i32, A: usize, aRow: i32, aColumn: i32, B: usize, bRow: i32, bColumn: i32,
                      C: usize, cRow: i32, cColumn: i32, room: usize): void {
  add<f64>(M, K, N, A, aRow, aColumn, B, bRow, bColumn, C, cRow, cColumn, room);
}

function add<T>(M: i32, K: i32, N: i32, A: usize, aRow: i32, aColumn: i32, B: usize, bRow: i32, bColumn: i32,
                C: usize, cRow: i32, cColumn: i32, room: usize): void {
  const COLUMNS = 32 / sizeof<T>(), whole = room, a = whole + ROWS * 32, b = a + ROWS * DEPTH * sizeof<T>();
  for (let n0 = 0; n0 < N; n0 += WIDTH) {
    for (let k0 = 0; k0 < K; k0 += DEPTH) {
      const width = min(WIDTH, N - n0), depth = min(DEPTH, K - k0);
      for (let n = 0; n < width; n += COLUMNS)
        lay<T>(B + k0 * bRow + (n0 + n) * bColumn, bColumn, bRow, width - n, COLUMNS, depth, b + n * depth * sizeof<T>());
      for (let m = 0; m < M; m += ROWS) {
        lay<T>(A + m * aRow + k0 * aColumn, aRow, aColumn, M - m, ROWS, depth, a);
        for (let n = 0; n < width; n += COLUMNS) {
          const c = C + m * cRow + (n0 + n) * cColumn, rows = min(ROWS, M - m), columns = min(COLUMNS, width - n);
          if (rows == ROWS && columns == COLUMNS && cColumn == sizeof<T>()) tile<T>(a, b + n * depth * sizeof<T>(), depth, c, cRow);
          else edge<T>(a, b + n * depth * sizeof<T>(), depth, c, cRow, cColumn, rows, columns, whole);
        }
      }
    }
  }
}

/** Lay `count` lines side by side, step by step along them; there are only `given`, what is missing is 0. */
function lay<T>(from: usize, toNextLine: i32, alongLine: i32, given: i32, count: i32, depth: i32, to: usize): void {
  const vectors = given >= count && toNextLine == sizeof<T>() && count * sizeof<T>() == 32;
  for (let k = 0; k < depth; k++, from += alongLine, to += count * sizeof<T>()) {
    if (vectors) {
      v128.store(to, v128.load(from)), v128.store(to, v128.load(from, 16), 16);
    } else {
      for (let i = 0; i < count; i++)
        store<T>(to + i * sizeof<T>(), i < given ? load<T>(from + i * toNextLine) : <T>0);
    }
  }
}

/** Add to a tile of C, whose rows lie `down` bytes apart, what laid-out rows `a` and columns `b` give. */
function tile<T>(a: usize, b: usize, depth: i32, c: usize, down: i32): void {
  const c1 = c + down, c2 = c1 + down, c3 = c2 + down;
  let l0 = v128.load(c), l1 = v128.load(c1), l2 = v128.load(c2), l3 = v128.load(c3); // its left half and its right
  let r0 = v128.load(c, 16), r1 = v128.load(c1, 16), r2 = v128.load(c2, 16), r3 = v128.load(c3, 16);
  for (let k = 0; k < depth; k++, a += ROWS * sizeof<T>(), b += 32) {
    const left = v128.load(b), right = v128.load(b, 16);
    let x = v128.splat<T>(load<T>(a));
    l0 = v128.add<T>(l0, v128.mul<T>(x, left)), r0 = v128.add<T>(r0, v128.mul<T>(x, right));
    x = v128.splat<T>(load<T>(a, sizeof<T>()));
    l1 = v128.add<T>(l1, v128.mul<T>(x, left)), r1 = v128.add<T>(r1, v128.mul<T>(x, right));
    x = v128.splat<T>(load<T>(a, 2 * sizeof<T>()));
    l2 = v128.add<T>(l2, v128.mul<T>(x, left)), r2 = v128.add<T>(r2, v128.mul<T>(x, right));
    x = v128.splat<T>(load<T>(a, 3 * sizeof<T>()));
    l3 = v128.add<T>(l3, v128.mul<T>(x, left)), r3 = v128.add<T>(r3, v128.mul<T>(x, right));
  }
  v128.store(c, l0), v128.store(c1, l1), v128.store(c2, l2), v128.store(c3, l3);
  v128.store(c, r0, 16), v128.store(c1, r1, 16), v128.store(c2, r2, 16), v128.store(c3, r3, 16);
}

/** The same at an edge of C, or where its columns lie apart: by way of a whole tile. */
function edge<T>(a: usize, b: usize, depth: i32, c: usize, down: i32, right: i32, rows: i32, columns: i32, whole: usize): void {
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) store<T>(whole + i * 32 + j * sizeof<T>(), load<T>(c + i * down + j * right));
  tile<T>(a, b, depth, whole, 32);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) store<T>(c + i * down + j * right, load<T>(whole + i * 32 + j * sizeof<T>()));
}
