"""What the endpoints answer, for /openapi.json: one file an area.

A route answers with an `Answer` that nothing checks as it goes out; tests/api/test_openapi.py
holds every answer against the model that its route declares:

    @router.get("/api/prices", dependencies=[OPEN], responses=documented(Prices, 404, 409))
"""
