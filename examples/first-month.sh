#!/usr/bin/env bash
# The first month of a customer, told with curl against a running stack (npm start in another terminal).
# Needs nothing but bash, curl and the Node that runs the stack. Every run is a new customer, so it can be repeated.
set -euo pipefail
cd "$(dirname "$0")/.."

dev_json="${SCRIP_HOME:-.scrip}/dev.json"
[ -f "$dev_json" ] || { echo "No running stack: start one with npm start." >&2; exit 1; }

# json PATH: the value at a dotted path of the JSON on standard input.
json() { node -e '
  const value = process.argv[1].split(".").reduce((at, key) => at?.[key], JSON.parse(require("fs").readFileSync(0, "utf8")));
  console.log(typeof value === "object" ? JSON.stringify(value) : String(value));' "$1"; }

api_url=$(json apiUrl <"$dev_json")
api_key=$(json apiKey <"$dev_json")
run="first-month-$(date +%s)-$$"
step=0

get() { curl -sS "$api_url$1" -H "Authorization: Bearer $api_key"; }
# post PATH BODY: every POST of the story gets an idempotency key of its own.
post() {
  step=$((step + 1))
  curl -sS "$api_url$1" -H "Authorization: Bearer $api_key" -H "Idempotency-Key: $run-$step-$RANDOM" \
    -H 'Content-Type: application/json' -d "$2"
}
balance() { get "/v1/customers/$customer/balance" | json available; }
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
# spend BODY: starts a spend, waits for its end and leaves it in $spend.
spend() {
  spend=$(post /v1/spends "$1")
  spend=$(get "/v1/spends/$(json id <<<"$spend")?wait=30")
}
watermark() { curl -sS -o /dev/null -D - "$api_url/v1/images/$1/file?customerId=$customer" \
  -H "Authorization: Bearer $api_key" | tr -d '\r' | sed -n 's/^[Ss]crip-[Ww]atermark: //p'; }

echo "1. A customer arrives."
customer=$(post /v1/customers "{\"externalId\": \"$run\"}" | json id)
echo "   credits: $(balance), plan: $(get "/v1/customers/$customer" | json plan)"

echo "2. She makes an image with a public model."
model=$(get '/v1/models?visibility=public' | json data.0.id)
spend "{\"customerId\": \"$customer\", \"action\": \"generate_images\",
  \"input\": {\"modelId\": \"$model\", \"prompt\": \"a lighthouse at dusk\", \"count\": 1, \"seed\": 7}}"
image=$(json result.imageIds.0 <<<"$spend")
echo "   $(json status <<<"$spend"), credits: $(balance)"
echo "   newest on the landing page: $([ "$(get "/v1/models/$model/images" | json data.0.id)" = "$image" ] && echo yes || echo no)"
echo "   download watermarked: $(watermark "$image")"

echo "3. She may not train a model yet."
uploads=()
for picture in examples/pictures/*; do
  upload=$(curl -sS "$api_url/v1/uploads" -H "Authorization: Bearer $api_key" -F "customerId=$customer" -F "file=@$picture")
  uploads+=("\"$(json id <<<"$upload")\"")
done
upload_ids=$(IFS=,; echo "${uploads[*]}")
training="{\"customerId\": \"$customer\", \"action\": \"train_model\",
  \"input\": {\"name\": \"My style\", \"visibility\": \"private\", \"uploadIds\": [$upload_ids]}}"
refusal=$(post /v1/spends "$training")
echo "   $(json status <<<"$refusal") $(json code <<<"$refusal")"

echo "4. She subscribes to Standard and pays with the test card."
subscription=$(post /v1/subscriptions "{\"customerId\": \"$customer\", \"plan\": \"standard\", \"interval\": \"month\", \"collection\": \"checkout\"}")
curl -sS -o /dev/null --data number=4242424242424242 "$(json checkoutUrl <<<"$subscription")"
until_equal 509 balance
echo "   credits: $(balance), plan: $(get "/v1/customers/$customer" | json plan)"

echo "5. She trains a model on ${#uploads[@]} pictures."
spend "$training"
own_model=$(json result.modelId <<<"$spend")
echo "   $(json status <<<"$spend"), credits: $(balance)"

echo "6. She makes four private images with it."
spend "{\"customerId\": \"$customer\", \"action\": \"generate_images\",
  \"input\": {\"modelId\": \"$own_model\", \"prompt\": \"morning hills\", \"count\": 4}}"
own_image=$(json result.imageIds.0 <<<"$spend")
echo "   $(json status <<<"$spend"), credits: $(balance)"
echo "   visibility: $(get "/v1/images/$own_image?customerId=$customer" | json visibility), watermarked: $(watermark "$own_image")"

echo "7. She licenses the image of the public model."
spend "{\"customerId\": \"$customer\", \"action\": \"license_image\", \"input\": {\"imageId\": \"$image\"}}"
echo "   $(json status <<<"$spend"), credits: $(balance)"
echo "   download watermarked: $(watermark "$image")"

echo "8. She buys an add-on."
order=$(post /v1/add-ons "{\"customerId\": \"$customer\", \"quantity\": 1}")
curl -sS -o /dev/null --data number=4242424242424242 "$(json checkoutUrl <<<"$order")"
until_equal 1105 balance
echo "   credits: $(balance), order: $(get "/v1/add-ons/$(json id <<<"$order")" | json status)"

echo "9. The statement explains every credit, oldest first."
get "/v1/customers/$customer/statement?limit=100" | node -e '
  const { data } = JSON.parse(require("fs").readFileSync(0, "utf8"));
  for (const entry of data.reverse()) {
    const columns = [entry.code.padEnd(8), String(entry.credits).padStart(5), String(entry.available).padStart(6), String(entry.held).padStart(4)];
    // Dates and ids differ from run to run.
    const reason = entry.reason.replace(/\d{4}-\d\d-\d\d/g, "<date>").replace(/img_\w+/, "<image>");
    console.log(`   ${columns.join(" ")}  ${reason}`);
  }'
