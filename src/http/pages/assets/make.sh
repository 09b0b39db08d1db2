#!/bin/sh
# Remakes licensing.css, govuk-frontend.min.js and fixtures.json from npm's govuk-frontend and sass, in the versions named here.
set -eu
cd "$(dirname "$0")"
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$tools" govuk-frontend@6.3.0 sass@1.108.2
"$tools/node_modules/.bin/sass" --quiet --no-source-map --style=compressed --load-path="$tools/node_modules" licensing.scss licensing.css
cp "$tools/node_modules/govuk-frontend/dist/govuk/govuk-frontend.min.js" .
# The map is not served, so nothing asks for it.
sed -i 's,//# sourceMappingURL=.*,,' govuk-frontend.min.js
node fixtures.mjs "$tools/node_modules/govuk-frontend/dist/govuk/components" >fixtures.json
