# What a workflow has instead of an action: bash as the runner starts it, curl and jq. TOKEN_URL, CLIENT_ID and
# CLIENT_SECRET come from env:.
token=$(curl --silent --show-error --fail --user "$CLIENT_ID:$CLIENT_SECRET" \
  --data grant_type=client_credentials "$TOKEN_URL" | jq --raw-output .access_token)
echo "::add-mask::$token"
echo "token=$token" >> "$GITHUB_OUTPUT"
echo "OAUTH2_TOKEN=$token" >> "$GITHUB_ENV"
