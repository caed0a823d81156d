"""The same two endpoints in FastAPI: uvloop and httptools under uvicorn, pools of asyncpg and redis."""

import hashlib
import hmac
import json
import os
import time
from datetime import datetime

import asyncpg
import jwt
import redis.asyncio as redis
import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Path, Query
from fastapi.responses import JSONResponse

SYMBOLS = os.environ["SYMBOLS"].split(",")
JWT_SECRET = os.environ["JWT_SECRET"]
JWT_ISSUER = os.environ["JWT_ISSUER"]
JWT_AUDIENCE = os.environ["JWT_AUDIENCE"]
API_KEY = hashlib.sha256(os.environ["INTERNAL_API_KEY"].encode()).digest()

FIND = """
    SELECT id, username, full_name, email, roles, status, created_at, updated_at, revision, ver
      FROM account.users
     WHERE id = $1
"""

app = FastAPI(openapi_url=None)


@app.on_event("startup")
async def connect():
    size = int(os.environ["POSTGRES_POOL_SIZE"])
    app.state.cache = redis.from_url(os.environ["REDIS_URL"])
    app.state.database = await asyncpg.create_pool(
        host=os.environ["POSTGRES_HOST"],
        port=int(os.environ["POSTGRES_PORT"]),
        database=os.environ["POSTGRES_DB"],
        user=os.environ["POSTGRES_USER"],
        password=os.environ["POSTGRES_PASSWORD"],
        min_size=size,
        max_size=size,
    )


async def our_key(x_api_key: str = Header(default="")):
    if not hmac.compare_digest(hashlib.sha256(x_api_key.encode()).digest(), API_KEY):
        raise HTTPException(401)


async def token(authorization: str = Header(default="")):
    try:
        return jwt.decode(
            authorization.removeprefix("Bearer "),
            JWT_SECRET,
            algorithms=["HS256"],
            issuer=JWT_ISSUER,
            audience=JWT_AUDIENCE,
        )
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None


@app.get("/internal/price", dependencies=[Depends(our_key)])
async def list_prices(limit: int = Query(default=1000, ge=1, le=1000)):
    texts = await app.state.cache.mget(["bench:quote:" + symbol for symbol in SYMBOLS[:limit]])
    now = time.time()
    oldest = 0
    quotes = []
    for text in texts:
        if text is not None:
            quote = json.loads(text)
            stale_at = datetime.fromisoformat(quote.pop("stale_at")).timestamp()
            age = max(0.0, now - datetime.fromisoformat(quote["received_at"]).timestamp())
            quote["age_ms"] = int(age * 1000)
            quote["stale"] = now >= stale_at
            oldest = max(oldest, age)
            quotes.append(quote)
    return JSONResponse(quotes, headers={"Age": str(int(oldest))})


@app.get("/users/{id}")
async def get_user(id: str = Path(regex="^[1-9][0-9]{0,17}$"), claims: dict = Depends(token)):
    if claims["sub"] != id and "admin" not in claims["roles"]:
        raise HTTPException(403)
    row = await app.state.database.fetchrow(FIND, int(id))
    if row is None:
        raise HTTPException(404)
    user = {
        "id": row["id"],
        "username": row["username"],
        "full_name": row["full_name"],
        "email": row["email"],
        "roles": row["roles"],
        "status": row["status"],
        "created_at": row["created_at"].isoformat(),
        "updated_at": row["updated_at"].isoformat(),
        "revision": row["revision"],
    }
    return JSONResponse(user, headers={"ETag": f'"{row["revision"]}"'})


if __name__ == "__main__":
    # It takes uvloop and httptools when they are installed.
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=False, log_level="warning")
