"""What a student's notebook does besides checking: it brings its files and hands in what was
checked.
"""
