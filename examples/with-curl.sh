# What the stories told with curl have in common; they read this file. Needs nothing but bash, curl and the Node that runs the stack.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

dev_json="${SCRIP_HOME:-.scrip}/dev.json"
[ -f "$dev_json" ] || { echo "No running stack: start one with npm start." >&2; exit 1; }

# json PATH: the value at a dotted path of the JSON on standard input.
json() { node -e '
  const value = process.argv[1].split(".").reduce((at, key) => at?.[key], JSON.parse(require("fs").readFileSync(0, "utf8")));
  console.log(typeof value === "object" ? JSON.stringify(value) : String(value));' "$1"; }

api_url=$(json apiUrl <"$dev_json")
api_key=$(json apiKey <"$dev_json")
# Every run is a new customer, so that a story can be repeated.
run="$(basename "$0" .sh)-$(date +%s)-$$"

get() { curl -sS "$api_url$1" -H "Authorization: Bearer $api_key"; }
# post PATH BODY: every POST of a story gets an idempotency key of its own.
post() {
  curl -sS "$api_url$1" -H "Authorization: Bearer $api_key" -H "Idempotency-Key: $run-$RANDOM-$RANDOM" \
    -H 'Content-Type: application/json' -d "$2"
}
# pay CHECKOUT_URL: fills in the form of the checkout page with the test card.
pay() { curl -sS -o /dev/null --data number=4242424242424242 "$1"; }
balance() { get "/v1/customers/$customer/balance" | json available; }
plan() { get "/v1/customers/$customer" | json plan; }
# until_equal WANTED COMMAND…: asks again until the answer is the wanted one; what is bought arrives by webhook.
until_equal() {
  local wanted=$1 answer
  shift
  for _ in $(seq 1 150); do
    answer=$("$@")
    [ "$answer" = "$wanted" ] && return
    sleep 0.2
  done
  echo "Waited for $wanted and still got $answer." >&2
  exit 1
}
# statement: every movement, oldest first. Dates and ids differ from run to run.
statement() {
  get "/v1/customers/$customer/statement?limit=100" | node -e '
    const { data } = JSON.parse(require("fs").readFileSync(0, "utf8"));
    for (const entry of data.reverse()) {
      const columns = [entry.code.padEnd(8), String(entry.credits).padStart(6), String(entry.available).padStart(7), String(entry.held).padStart(4)];
      const reason = entry.reason.replace(/\d{4}-\d\d-\d\d/g, "<date>").replace(/img_\w+/, "<image>");
      console.log(`   ${columns.join(" ")}  ${reason}`);
    }'
}
