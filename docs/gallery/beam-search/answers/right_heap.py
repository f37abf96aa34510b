import heapq


def beam_search(start, step, k):
    start, step = np.asarray(start), np.asarray(step)
    beams = heapq.nsmallest(k, [(-int(s), i, (i,)) for i, s in enumerate(start)])
    for table in step:
        options = [(b[0] - int(table[b[2][-1], t]), place * len(start) + t, (*b[2], t)) for place, b in enumerate(beams) for t in range(len(start))]
        beams = heapq.nsmallest(k, options)
    return np.array([b[2] for b in beams]), np.array([-b[0] for b in beams])
