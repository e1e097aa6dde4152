/* Minifies mtc.js into the package. `--check` fails when the shipped file is not the built one. */
const fs = require('fs');
const path = require('path');
const { minify } = require('terser');

const SOURCE = path.join(__dirname, 'mtc.js');
const TARGET = path.join(__dirname, '../wagtail_contacttrack/tracking/script/mtc.min.js');

const OPTIONS = {
  ecma: 5,
  ie8: false,
  compress: { passes: 3, unsafe: true, booleans_as_integers: true },
  mangle: { properties: { regex: /^_[a-z]/ } },
  format: { ascii_only: true, comments: false }
};

async function main() {
  const { code } = await minify(fs.readFileSync(SOURCE, 'utf8'), OPTIONS);
  const built = code + '\n';
  if (process.argv.includes('--check')) {
    if (fs.readFileSync(TARGET, 'utf8') !== built) {
      console.error('mtc.min.js is out of date: run `make tracker`.');
      process.exit(1);
    }
    return;
  }
  fs.mkdirSync(path.dirname(TARGET), { recursive: true });
  fs.writeFileSync(TARGET, built);
}

main();
