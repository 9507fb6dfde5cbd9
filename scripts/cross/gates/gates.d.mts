export interface Facts {
  format: string;
  machine: string;
  libraries: string[];
  delayed: string[];
  exports: string[];
  fromNode: string[];
  floors: Record<string, string>;
  isPinned: boolean;
  system: string | null;
  isSigned: boolean;
}
export interface Limits {
  format: string;
  machine: string;
  libraries: readonly string[];
  delayed?: readonly string[];
  floors?: Readonly<Record<string, string>>;
  isPinned?: boolean;
  system?: string;
  isSigned?: boolean;
}
export function problemsOf(facts: Facts, limits: Limits): string[];
