# A model of stanford.green.oauth2: what its documentation says that it does, written anew, with none of its code. With
# CACHE_FOLDER it looks for a token in a file first: a pickle whose name is the SHA-256 of the URL. TOKEN_URL, CLIENT_ID
# and CLIENT_SECRET come from env:.
import hashlib
import os
import pickle
import time

import requests


def read_file(name):
    try:
        with open(name, "rb") as file:
            token, expires_at = pickle.load(file)
    except FileNotFoundError:
        return None
    return token if expires_at > time.time() else None


def request_token(url):
    response = requests.post(
        url,
        auth=(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"]),
        data={"grant_type": "client_credentials", "scope": ""},
        timeout=15,
    )
    response.raise_for_status()
    answer = response.json()
    return answer["access_token"], time.time() + answer["expires_in"] - 5


def get_token(url, folder):
    if folder is None:
        return request_token(url)[0]
    name = os.path.join(folder, hashlib.sha256(url.encode()).hexdigest())
    token = read_file(name)
    if token is None:
        token, expires_at = request_token(url)
        with open(name, "wb") as file:
            pickle.dump((token, expires_at), file)
    return token


def write(variable, line):
    with open(os.environ[variable], "a") as file:
        file.write(line + "\n")


token = get_token(os.environ["TOKEN_URL"], os.environ.get("CACHE_FOLDER"))
print(f"::add-mask::{token}")
write("GITHUB_OUTPUT", f"token={token}")
write("GITHUB_ENV", f"OAUTH2_TOKEN={token}")
