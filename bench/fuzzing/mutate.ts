import type { Chance } from '../simulation/chance.ts';

/** The parts that inputs are made of. */
export interface Material {
  readonly corpus: readonly Buffer[];
  readonly dictionary: readonly Buffer[];
  /** Bytes. */
  readonly longest: number;
}

type Change = (input: Buffer, material: Material, pick: Pick) => Buffer;
/** Draws a whole number from 0 (included) to the bound (excluded); 0 if the bound is 0. */
type Pick = (bound: number) => number;

/** Bytes at the limits of what parsers distinguish. */
const edges = [0, 1, 0x0a, 0x1f, 0x20, 0x22, 0x5c, 0x7e, 0x7f, 0x80, 0xc0, 0xfe, 0xff] as const;

const changes: readonly Change[] = [
  function flipBit(input, _material, pick) {
    return setByte(input, pick(input.length), (byte) => byte ^ (1 << pick(8)));
  },
  function setEdge(input, _material, pick) {
    return setByte(input, pick(input.length), () => edges[pick(edges.length)] ?? 0);
  },
  function addToByte(input, _material, pick) {
    return setByte(input, pick(input.length), (byte) => (byte + pick(35) - 17) & 0xff);
  },
  function setAny(input, _material, pick) {
    return setByte(input, pick(input.length), () => pick(256));
  },
  function insertWord(input, { dictionary }, pick) {
    return splice(input, pick(input.length + 1), 0, dictionary[pick(dictionary.length)]);
  },
  function overwriteByWord(input, { dictionary }, pick) {
    const word = dictionary[pick(dictionary.length)];
    return splice(input, pick(input.length + 1), word?.length ?? 0, word);
  },
  function remove(input, _material, pick) {
    return splice(input, pick(input.length), 1 + pick(Math.min(64, input.length)));
  },
  function cut(input, _material, pick) {
    return input.subarray(0, pick(input.length + 1));
  },
  function repeat(input, { longest }, pick) {
    const from = pick(input.length);
    const piece = input.subarray(from, from + 1 + pick(16));
    const times = 1 + pick(Math.min(2 ** pick(11), longest / (piece.length + 1)));
    return splice(input, from, 0, Buffer.concat(Array<Buffer>(times).fill(piece)));
  },
  function move(input, _material, pick) {
    const from = pick(input.length);
    const piece = Buffer.from(input.subarray(from, from + 1 + pick(64)));
    return splice(input, pick(input.length), piece.length, piece);
  },
  function cross(input, { corpus }, pick) {
    const other = corpus[pick(corpus.length)] ?? input;
    return Buffer.concat([
      input.subarray(0, pick(input.length)),
      other.subarray(pick(other.length)),
    ]);
  },
  function insertOther(input, { corpus }, pick) {
    return splice(input, pick(input.length + 1), 0, corpus[pick(corpus.length)]);
  },
  /** Puts a nested value before a JSON value, because matching brackets do not come by chance. */
  function nest(input, { longest }, pick) {
    const colons = [...input.keys()].filter((at) => input[at] === 0x3a);
    const at = (colons[pick(colons.length)] ?? -1) + 1;
    const [open = '', close = ''] = pick(2) === 0 ? ['[', ']'] : ['{"a":', '}'];
    const depth = Math.min(2 ** pick(14), longest / 8);
    const nested = `${open.repeat(depth)}1${close.repeat(depth)},"x":`;
    return splice(input, at, 0, Buffer.from(nested));
  },
  function setNumber(input, _material, pick) {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(pick(2) === 0 ? pick(2 ** 16) : pick(2 ** 32));
    return splice(input, pick(input.length), 4, number);
  },
];

function setByte(input: Buffer, at: number, change: (byte: number) => number): Buffer {
  const changed = Buffer.from(input);
  if (at < changed.length) changed.writeUInt8(change(changed.readUInt8(at)) & 0xff, at);
  return changed;
}

function splice(
  input: Buffer,
  at: number,
  length: number,
  piece: Buffer = Buffer.alloc(0),
): Buffer {
  return Buffer.concat([input.subarray(0, at), piece, input.subarray(at + length)]);
}

/** Makes a new input from one of the corpus, by one to eight random changes. */
export function mutate(material: Material, { random }: Chance): Buffer {
  const pick: Pick = (bound) => Math.floor(random() * bound);
  const { corpus, longest } = material;
  let input = corpus[pick(corpus.length)] ?? Buffer.alloc(0);
  for (let turns = 2 ** pick(4); turns > 0; turns -= 1) {
    const change = changes[pick(changes.length)] ?? cutNothing;
    input = change(input, material, pick).subarray(0, longest);
  }
  return input;
}

const cutNothing: Change = (input) => input;
