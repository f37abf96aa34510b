def td_errors(q, batch, gamma):
    q = np.asarray(q)
    out = []
    for i in range(len(batch.reward)):
        target = float(batch.reward[i])
        if not batch.done[i]:
            target += float(gamma) * float(q[int(batch.next_state[i])].max())
        out.append(target - q[int(batch.state[i]), int(batch.action[i])])
    return np.array(out, np.float32)
