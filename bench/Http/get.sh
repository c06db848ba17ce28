#!/usr/bin/env bash
# GET of one work order, with a token, against a constant answer of the same process: alternating rounds, medians, ratio.
# Environment: SECONDS_PER_ROUND (5), ROUNDS (5), CONNECTIONS (64), DATABASE_URL (else SQLite in a temporary folder).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${SECONDS_PER_ROUND:-5} rounds=${ROUNDS:-5} connections=${CONNECTIONS:-64}
command -v wrk >/dev/null || { echo "Needs wrk: apt-get install wrk" >&2; exit 2; }

dotnet build -c Release -v quiet src/Frontend
folder=$(mktemp -d)
port=$((RANDOM % 10000 + 20000))
url=http://127.0.0.1:$port
ACTORS_DATA=$folder dotnet src/Frontend/bin/Release/net10.0/Actors.Frontend.dll --urls "$url" >"$folder/log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null || true; rm -rf "$folder"' EXIT
curl -sf --retry 60 --retry-all-errors --retry-delay 1 -o /dev/null "$url/health/ready"

# "data":{"id":"…" → …
field() { sed "s/.*\"$1\":\"\([^\"]*\)\".*/\1/"; }
token=$(curl -sf --json '{"email":"bench@example.org","password":"correct horse battery"}' "$url/api/v1/auth/register" | field token)
id=$(curl -sf -H "Authorization: Bearer $token" --json '{"title":"齿轮箱 Gearbox","priority":"high","targetQuantity":10,"steps":[
  {"stepCode":"a","stepName":"切割","expectedQuantity":10},{"stepCode":"b","stepName":"焊接","expectedQuantity":10},
  {"stepCode":"c","stepName":"打磨","expectedQuantity":10},{"stepCode":"d","stepName":"喷漆","expectedQuantity":10},
  {"stepCode":"e","stepName":"组装","expectedQuantity":10},{"stepCode":"f","stepName":"检验","expectedQuantity":10}]}' \
  "$url/api/v1/work-orders" | sed 's/.*"data":{"id":"\([^"]*\)".*/\1/')
order="$url/api/v1/work-orders/$id"
curl -sf -o /dev/null -H "Authorization: Bearer $token" "$order"

# Requests/sec:  41234.56 → 41234; an answer that is no success ends the run
run() {
  local output
  output=$(wrk -t 2 -c "$connections" -d "${1}s" -H "Authorization: Bearer $token" "$2")
  if grep -q 'Non-2xx' <<<"$output"; then echo "$output" >&2; exit 1; fi
  awk '/Requests\/sec/ { printf "%d\n", $2 }' <<<"$output"
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

run 10 "$order" >/dev/null # the compiler is done after some seconds
run 5 "$url/health/live" >/dev/null
for ((round = 1; round <= rounds; round++)); do
  run "$seconds" "$url/health/live" | tee -a "$folder/constant"
  run "$seconds" "$order" | tee -a "$folder/get"
done | paste -sd ' '

constant=$(median <"$folder/constant") get=$(median <"$folder/get")
awk -v c="$constant" -v g="$get" 'BEGIN {
  met = (g / c >= 0.4)
  printf("constant answer: %d/s, GET of one work order: %d/s, ratio %.2f (target ≥ 0.4) %s\n", c, g, g / c, met ? "met" : "MISSED")
  exit !met }'
