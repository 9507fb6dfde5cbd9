export interface TreeArray {
  itemType: number;
  items: (Buffer | TreeArray)[];
}
export interface TreeEntry {
  key: string;
  type: number;
  value: Buffer | TreeArray;
}
export interface TreeTensor {
  name: string;
  /** As in the file: the contiguous one first. */
  dims: bigint[];
  type: number;
  offset: bigint;
}
export interface GgufTree {
  version: number;
  entries: TreeEntry[];
  tensors: TreeTensor[];
  alignment: number;
  data: Buffer;
}
export declare const U32: number, I32: number, F32: number, BOOL: number;
export declare const STRING: number, ARRAY: number, U64: number;
export declare function parseGguf(bytes: Buffer, alignment?: number): GgufTree;
export declare function serializeGguf(tree: GgufTree): Buffer;
export declare function numberBytes(type: number, number: number): Buffer;
export declare function setNumber(gguf: GgufTree, key: string, number: number, type?: number): void;
export declare function setText(gguf: GgufTree, key: string, text: string): void;
