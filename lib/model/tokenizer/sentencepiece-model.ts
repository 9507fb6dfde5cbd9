import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { invalidField, unsupported } from "./checkpoint-json.js";
import { SPACE_MARK } from "./normalizer.js";
import { TOKEN_TYPE } from "./token-list.js";
import { messageOf } from "../../util/caught.js";

/** One entry of a SentencePiece vocabulary; its id is its place. */
export interface Piece {
  text: string;
  score: number;
  /** As in GGUF, which took its numbers from SentencePiece. */
  type: number;
}

/** A `tokenizer.model` file, as far as this package reads it. */
export interface SentencePieceModel {
  pieces: readonly Piece[];
  addsSpacePrefix: boolean;
}

// Field numbers and defaults. Source: google/sentencepiece v0.2.0, src/sentencepiece_model.proto.
const MODEL = { pieces: 1, trainer: 2, normalizer: 3 } as const;
const PIECE = { text: 1, score: 2, type: 3 } as const;
const TRAINER = { modelType: 3, byteFallback: 35 } as const;
const NORMALIZER = { charsMap: 2, addDummyPrefix: 3, escapeWhitespaces: 5 } as const;
const MODEL_TYPE_NAMES = ["", "unigram", "bpe", "word", "char"];
const BPE = 2;

/** What the nested messages say about the kind of tokenizer. */
interface Settings {
  modelType: number;
  byteFallback: boolean;
  charsMapBytes: number;
  addDummyPrefix: boolean;
  escapeWhitespaces: boolean;
}

/**
 * Reads a SentencePiece model (protocol buffers).
 * @throws CheckpointError `CHECKPOINT_INVALID` the file is cut off or not such a model; `CHECKPOINT_UNSUPPORTED` it is not a
 * BPE model with byte fallback, or normalizes text by a table of its own.
 */
export function readSentencePieceModel(bytes: Uint8Array, file: string): SentencePieceModel {
  const pieces: Piece[] = [];
  const settings: Settings = {
    modelType: 1,
    byteFallback: false,
    charsMapBytes: 0,
    addDummyPrefix: true,
    escapeWhitespaces: true,
  };
  try {
    readFields(bytes, {
      [MODEL.pieces]: (reader) => pieces.push(readPiece(reader.bytes())),
      [MODEL.trainer]: (reader) => {
        readFields(reader.bytes(), {
          [TRAINER.modelType]: (trainer) => (settings.modelType = trainer.int32()),
          [TRAINER.byteFallback]: (trainer) => (settings.byteFallback = trainer.bool()),
        });
      },
      [MODEL.normalizer]: (reader) => {
        readFields(reader.bytes(), {
          [NORMALIZER.charsMap]: (normalizer) => (settings.charsMapBytes = normalizer.bytes().length),
          [NORMALIZER.addDummyPrefix]: (normalizer) => (settings.addDummyPrefix = normalizer.bool()),
          [NORMALIZER.escapeWhitespaces]: (normalizer) => (settings.escapeWhitespaces = normalizer.bool()),
        });
      },
    });
  } catch (cause) {
    throw invalidField(file, "(protocol buffer)", messageOf(cause));
  }
  if (pieces.length === 0) throw invalidField(file, "pieces", "the vocabulary is empty");
  checkSettings(settings, file);
  return { pieces, addsSpacePrefix: settings.addDummyPrefix };
}

function checkSettings(settings: Settings, file: string): void {
  const name = MODEL_TYPE_NAMES[settings.modelType] ?? String(settings.modelType);
  if (settings.modelType !== BPE) {
    throw unsupported(
      `${file} is a SentencePiece model of type ${name}; only bpe is supported: llama.cpp has no other for decoders.`,
    );
  }
  if (!settings.byteFallback) {
    throw unsupported(
      `${file} has no byte fallback, so it has unknown characters, which llama.cpp cannot write.`,
    );
  }
  if (settings.charsMapBytes > 0 || !settings.escapeWhitespaces) {
    throw unsupported(
      `${file} normalizes text by a table of its own, or does not mark spaces with ${SPACE_MARK}; llama.cpp does otherwise.`,
    );
  }
}

function readPiece(bytes: Uint8Array): Piece {
  const piece: Piece = { text: "", score: 0, type: TOKEN_TYPE.normal };
  readFields(bytes, {
    [PIECE.text]: (reader) => (piece.text = reader.string()),
    [PIECE.score]: (reader) => (piece.score = reader.float()),
    [PIECE.type]: (reader) => (piece.type = reader.int32()),
  });
  return piece;
}

/** Calls the reader of every field that has one, in the order of the file, and skips the others. */
function readFields(
  bytes: Uint8Array,
  readers: Readonly<Record<number, (reader: BinaryReader) => unknown>>,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    const read = readers[field];
    if (read === undefined) reader.skip(wireType, field);
    else read(reader);
    if (wireType === WireType.EndGroup) throw new RangeError(`field ${field} ends a group that never began`);
  }
}
