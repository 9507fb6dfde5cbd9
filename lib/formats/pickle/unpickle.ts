import type { PickleCursor } from "./cursor.js";
import { OP } from "./opcodes.js";
import { PickleStack } from "./pickle-stack.js";
import { kindOf, PyDict, PyList, PyOpaque, PyTuple } from "./values.js";

/**
 * A machine of our own for pickles, because what it must not do matters more than what it does. `pickleparser` (npm, 0.2.1), the
 * one parser that is kept up, takes every opcode of every protocol, calls what a name resolves to and assigns attributes to what
 * it gave; it takes `undefined` from an empty stack and from an unknown memo entry, repairs text that is no UTF-8, reads long
 * integers as 64 bits without sign (the number that PyTorch's older files begin with has 80), and has no bound on what a small
 * file can make it allocate.
 */

/** What a pickle's names, calls and persistent ids mean. Whatever is not known must be refused by an error. */
export interface PickleHost {
  /** The value that stands for a name of a module: never code of anybody's. */
  global(name: string, cursor: PickleCursor): unknown;
  /** What calling one of those values gives. */
  call(callee: unknown, args: PyTuple, cursor: PickleCursor): unknown;
  persistent(id: unknown, cursor: PickleCursor): unknown;
}

/** Protocol that `torch.save` writes unless told otherwise. Source: PyTorch 2.13 torch/serialization.py, DEFAULT_PROTOCOL. */
const TORCH_PROTOCOL = 2;

/**
 * Reads one pickle from the cursor's place to its end. Nothing is executed: what the file names is looked up in the host, which
 * refuses what it does not know.
 * @throws CheckpointError `CHECKPOINT_INVALID`, `CHECKPOINT_UNSUPPORTED`, naming the place
 */
export function unpickle(cursor: PickleCursor, host: PickleHost): unknown {
  const stack = new PickleStack(cursor);
  let protocol = TORCH_PROTOCOL;
  for (;;) {
    const opcode = cursor.byte();
    switch (opcode) {
      case OP.PROTO:
        protocol = cursor.byte();
        break;
      case OP.STOP:
        return stack.result();
      case OP.GLOBAL:
        stack.push(host.global(`${cursor.line()}.${cursor.line()}`, cursor));
        break;
      case OP.REDUCE:
      case OP.NEWOBJ: {
        const args = stack.pop();
        const callee = stack.pop();
        if (!(args instanceof PyTuple)) throw cursor.invalid(`a call has ${kindOf(args)} as its arguments`);
        stack.push(host.call(callee, args, cursor));
        break;
      }
      case OP.BUILD:
        build(stack, cursor);
        break;
      case OP.BINPERSID:
        stack.push(host.persistent(stack.pop(), cursor));
        break;
      default:
        if (pushPlain(opcode, stack, cursor) || changeStack(opcode, stack, cursor)) break;
        throw cursor.unsupported(unknownOpcode(opcode, cursor.position - 1, protocol));
    }
  }
}

/** Attributes of a dictionary, such as the `_metadata` of a state dictionary, change no weight; those of anything else might. */
function build(stack: PickleStack, cursor: PickleCursor): void {
  stack.pop();
  const target = stack.top();
  if (target instanceof PyDict) return;
  throw cursor.unsupported(
    `the state of ${kindOf(target)} is set at byte ${cursor.position - 1}, which is only read for dictionaries.`,
  );
}

/** Opcodes that push a value of their own. */
function pushPlain(opcode: number, stack: PickleStack, cursor: PickleCursor): boolean {
  switch (opcode) {
    case OP.NONE:
      stack.push(null);
      return true;
    case OP.NEWTRUE:
    case OP.NEWFALSE:
      stack.push(opcode === OP.NEWTRUE);
      return true;
    case OP.BININT:
      stack.push(cursor.int32());
      return true;
    case OP.BININT1:
      stack.push(cursor.byte());
      return true;
    case OP.BININT2:
      stack.push(cursor.uint16());
      return true;
    case OP.LONG1:
      stack.push(longInteger(cursor.take(cursor.byte())));
      return true;
    case OP.BINFLOAT:
      stack.push(cursor.float64());
      return true;
    case OP.BINUNICODE:
      stack.push(cursor.text(cursor.uint32()));
      return true;
    case OP.SHORT_BINSTRING:
      stack.push(cursor.text(cursor.byte()));
      return true;
    case OP.EMPTY_TUPLE:
      stack.pushMade(new PyTuple([]));
      return true;
    case OP.EMPTY_LIST:
      stack.pushMade(new PyList());
      return true;
    case OP.EMPTY_DICT:
      stack.pushMade(new PyDict());
      return true;
    case OP.EMPTY_SET:
      stack.pushMade(new PyOpaque("a set"));
      return true;
    default:
      return false;
  }
}

/** Opcodes that make something of what is on the stack. */
function changeStack(opcode: number, stack: PickleStack, cursor: PickleCursor): boolean {
  switch (opcode) {
    case OP.MARK:
      stack.mark();
      return true;
    case OP.TUPLE:
      stack.pushMade(new PyTuple(stack.popToMark()));
      return true;
    case OP.TUPLE1:
    case OP.TUPLE2:
    case OP.TUPLE3:
      stack.pushMade(new PyTuple(stack.popMany(opcode - OP.TUPLE1 + 1)));
      return true;
    case OP.APPEND:
      stack.append(stack.popMany(1));
      return true;
    case OP.APPENDS:
      stack.append(stack.popToMark());
      return true;
    case OP.SETITEM:
      stack.setItems(stack.popMany(2));
      return true;
    case OP.SETITEMS:
      stack.setItems(stack.popToMark());
      return true;
    case OP.BINPUT:
      stack.remember(cursor.byte());
      return true;
    case OP.LONG_BINPUT:
      stack.remember(cursor.uint32());
      return true;
    case OP.BINGET:
      stack.recall(cursor.byte());
      return true;
    case OP.LONG_BINGET:
      stack.recall(cursor.uint32());
      return true;
    default:
      return false;
  }
}

/** Two's complement, little-endian, of any length. */
function longInteger(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (const [index, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * index);
  const signed = BigInt.asIntN(8 * bytes.length, value);
  const number = Number(signed);
  return Number.isSafeInteger(number) ? number : signed;
}

function unknownOpcode(opcode: number, position: number, protocol: number): string {
  const written =
    protocol === TORCH_PROTOCOL
      ? ""
      : ` It is written in pickle protocol ${protocol}, torch.save writes ${TORCH_PROTOCOL}.`;
  return (
    `opcode 0x${opcode.toString(16).padStart(2, "0")} at byte ${position} is none of those that weights need.${written} ` +
    "Nothing of it was run. Load the file in Python, if you trust it, and save its state_dict() with safetensors.torch.save_file."
  );
}
