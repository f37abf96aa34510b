"""Is an answer right, and if not, why?"""
