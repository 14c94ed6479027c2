"""Answers from memory: the newest candles of the markets that are asked about, encoded once.
[Why, and what it saves](../../docs/adr/0012-hot-answers-are-slices.md)

The route of `/api/ohlcv` reads the lake once and leaves `EncodedCandles` behind; from then on
`HotAnswers` answers in the route's place, until the tail of the ledger sees a commit of that
market. They are one piece of bytes, and an answer is a slice of it.
"""
