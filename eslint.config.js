import js from "@eslint/js";
import vitest from "@vitest/eslint-plugin";
import prettier from "eslint-config-prettier";
import globals from "globals";
import tseslint from "typescript-eslint";

/** A decoder drops a leading U+FEFF unless told not to; in a text it is a character, often a token of its own. */
const DECODER_WITHOUT_IGNORE_BOM = {
  selector:
    ":matches(NewExpression[callee.name=/^TextDecoder(Stream)?$/], NewExpression[callee.property.name=/^TextDecoder(Stream)?$/])" +
    ":not(:has(ObjectExpression > Property[key.name='ignoreBOM'][value.value=true]))",
  message: "Use decodeUtf8 of lib/util/utf8.ts, or set ignoreBOM: true: without, a leading U+FEFF is lost.",
};

/** `/C:/x` on Windows, and `%20` where there is a space. */
const PATHNAME_OF_FILE_URL = {
  selector:
    "MemberExpression[property.name='pathname'] > NewExpression.object[callee.name='URL']:has(MetaProperty)",
  message: "Use fileURLToPath of node:url, or import.meta.dirname: a URL's pathname is no path on Windows.",
};

export default tseslint.config(
  { ignores: ["dist/", "build/", "**/node_modules/", "test/fixtures/", "coverage/", "examples/**/dist/"] },
  // Their types come with the electron package, which only an installed example has.
  { ignores: ["examples/electron/main/main.ts", "examples/electron/main/preload.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "no-console": "error",
      "no-restricted-syntax": ["error", DECODER_WITHOUT_IGNORE_BOM, PATHNAME_OF_FILE_URL],
    },
  },
  {
    files: ["scripts/**", "bench/**", "examples/**", "lib/cli/**", "test/reference/**"],
    rules: { "no-console": "off" },
  },
  {
    // Each item becomes an argument, and some 120,000 arguments fill the stack: one long input would end the run.
    files: ["lib/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        DECODER_WITHOUT_IGNORE_BOM,
        PATHNAME_OF_FILE_URL,
        {
          selector:
            ":matches(CallExpression, NewExpression) > SpreadElement[argument.type!='ArrayExpression']",
          message: "Lists grow with the input: use appendAll, largest, smallest, or pass the list itself.",
        },
        {
          selector:
            "CallExpression[callee.property.name='apply'][arguments.length=2][callee.object.type='MemberExpression']",
          message: "A list passed as arguments grows with the input: use appendAll, largest, smallest.",
        },
        {
          selector:
            ":matches(PropertyDefinition, AccessorProperty, TSParameterProperty, MethodDefinition[kind!='constructor'])[accessibility='private']",
          message: "Private members are #private: nobody outside can reach them, in JavaScript either.",
        },
      ],
    },
  },
  {
    files: ["test/**"],
    plugins: { vitest },
    rules: { "vitest/consistent-test-it": ["error", { fn: "it", withinDescribe: "it" }] },
  },
  {
    files: ["**/*.js", "**/*.mjs", "**/*.cjs"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
    rules: {
      "@typescript-eslint/explicit-module-boundary-types": "off",
      "@typescript-eslint/no-unused-vars": ["error", { varsIgnorePattern: "^_" }],
    },
  },
  prettier,
);
