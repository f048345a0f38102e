/// Holds whoever waits until it is opened, cancelled or not. On no loop: to wait here is to wait truly.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private(set) var arrivals = 0

    func pass() async {
        arrivals += 1
        // Looked at inside: the body may run a turn later than the call, and the gate be opened in between.
        await withCheckedContinuation { continuation in
            if isOpen { continuation.resume() } else { waiting.append(continuation) }
        }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
