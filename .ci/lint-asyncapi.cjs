// Prints what the parser finds in the document that is named; errors and warnings fail.
const { readFileSync } = require('node:fs');
const { Parser } = require('@asyncapi/parser');

const severities = ['error', 'warning', 'information', 'hint'];
const ignored = ['asyncapi-latest-version']; // 3.0.0 is what the document is written in

async function main(file) {
  const { document, diagnostics } = await new Parser().parse(readFileSync(file, 'utf8'), { source: file });
  const found = diagnostics.filter((d) => !ignored.includes(d.code));
  for (const d of found) {
    console.log(`${d.source ?? file}:${d.range.start.line + 1}: ${severities[d.severity]}: ${d.message} (${d.code}, ${d.path.join('/')})`);
  }
  if (!document || found.some((d) => d.severity <= 1)) process.exit(1);
  console.log(`${file} is valid: ${document.channels().all().length} channels, ${document.allMessages().all().length} messages`);
}

main(process.argv[2]).catch((err) => { console.error(err.message); process.exit(1); });
