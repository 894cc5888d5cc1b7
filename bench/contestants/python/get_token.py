# What a Python script does: requests asks for the token, and the rest is by hand. TOKEN_URL, CLIENT_ID and
# CLIENT_SECRET come from env:.
import os

import requests


def write(variable, line):
    with open(os.environ[variable], "a") as file:
        file.write(line + "\n")


response = requests.post(
    os.environ["TOKEN_URL"],
    auth=(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]),
    data={"grant_type": "client_credentials"},
    timeout=15,
)
response.raise_for_status()
token = response.json()["access_token"]
print(f"::add-mask::{token}")
write("GITHUB_OUTPUT", f"token={token}")
write("GITHUB_ENV", f"OAUTH2_TOKEN={token}")
