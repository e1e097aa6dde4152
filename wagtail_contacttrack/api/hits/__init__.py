"""Page hits and further activity that a server reports: many at once, each exactly once.

It is the way of a visit for somebody whose word counts: items are decoded, told apart from what is
there already, given to contacts and recorded, all in one transaction. Rules about who may be
tracked are for browsers; a server has decided that before.
"""
