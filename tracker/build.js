/* Minifies the scripts into the package. `--check` fails when a shipped file is not the built one. */
const fs = require('fs');
const path = require('path');
const { minify } = require('terser');

const SCRIPTS = ['mtc', 'identity'];
const TARGET = path.join(__dirname, '../wagtail_contacttrack/tracking/script');

const OPTIONS = {
  ecma: 5,
  ie8: false,
  compress: { passes: 3, unsafe: true, booleans_as_integers: true },
  mangle: { properties: { regex: /^_[a-z]/ } },
  format: { ascii_only: true, comments: false }
};

async function build(name) {
  const source = fs.readFileSync(path.join(__dirname, `${name}.js`), 'utf8');
  const target = path.join(TARGET, `${name}.min.js`);
  // Terser writes into its options.
  const { code } = await minify(source, structuredClone(OPTIONS));
  const built = code + '\n';
  if (process.argv.includes('--check')) {
    if (fs.readFileSync(target, 'utf8') !== built) {
      console.error(`${name}.min.js is out of date: run \`make tracker\`.`);
      process.exit(1);
    }
    return;
  }
  fs.mkdirSync(TARGET, { recursive: true });
  fs.writeFileSync(target, built);
}

async function main() {
  for (const name of SCRIPTS) await build(name);
}

main();
