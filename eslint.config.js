// @ts-check
"use strict";

// The tests install the packages of src/test/npm into target/npm; editors find ESLint itself there too.
const npm = require("node:module").createRequire(`${__dirname}/target/npm/package.json`);
const js = npm("@eslint/js");
const globals = npm("globals");

const MODULES = "src/main/resources/web/console/**/*.js";

/** Without this comment neither editors nor tsc check the types of a file. */
const tsCheck = {
  meta: { fixable: "code" },
  create: (/** @type {any} */ context) => ({
    Program(/** @type {any} */ node) {
      if (context.sourceCode.text.startsWith("// @ts-check\n")) return;
      const fix = (/** @type {any} */ fixer) => fixer.insertTextBefore(context.sourceCode.ast, "// @ts-check\n");
      context.report({ node, message: 'The first line must be "// @ts-check".', fix });
    },
  }),
};

module.exports = [
  { ignores: ["target/", "**/vendor/"] },
  js.configs.recommended,
  {
    languageOptions: { sourceType: "commonjs", globals: { ...globals.browser, ...globals.node } },
    plugins: { verticker: { rules: { "ts-check": tsCheck } } },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      "verticker/ts-check": "error",
    },
  },
  {
    files: [MODULES],
    languageOptions: { sourceType: "module", globals: { ...globals.browser, EventBus: "readonly" } },
  },
  { files: ["src/main/resources/web/docs/*.js"], languageOptions: { globals: { SwaggerUIBundle: "readonly" } } },
  { files: ["docs/examples/*.js"], rules: { "verticker/ts-check": "off" } },
];
