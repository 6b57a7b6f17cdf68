// What prettier does not see in our JavaScript: names that do not exist, code without effect.
import {createRequire} from "node:module";

const require = createRequire(`${process.env.CHORUS_NPM}/`);
const globals = require("globals");

export default [
    {linterOptions: {reportUnusedDisableDirectives: "error"}},
    require("@eslint/js").configs.recommended,
    {
        rules: {
            "array-callback-return": "error",
            curly: "error",
            eqeqeq: "error",
            "no-implicit-globals": "error",
            "no-shadow": "error",
            "no-var": "error",
            "prefer-const": "error",
            "require-await": "error",
        },
    },
    {files: ["static/**/*.js"], languageOptions: {globals: {...globals.browser, luxon: false}}},
    // Their callbacks run in the pages of Odoo.
    {
        files: ["**/*.mjs"],
        languageOptions: {globals: {...globals.node, ...globals.browser, odoo: false}},
    },
];
