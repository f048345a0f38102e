internal import Glibc

/// One call in the future. Belongs to the loop's thread.
public final class LoopTimer {
    let deadline: MonotonicTime
    let order: UInt64
    fileprivate var body: (() -> Void)?

    init(deadline: MonotonicTime, order: UInt64, body: @escaping () -> Void) {
        self.deadline = deadline
        self.order = order
        self.body = body
    }

    /// Nothing is called after this; twice is fine.
    public func cancel() { body = nil }
}

/// Nanoseconds of CLOCK_MONOTONIC: for waiting, never for storing.
struct MonotonicTime: Comparable {
    var nanoseconds: UInt64

    static func < (left: MonotonicTime, right: MonotonicTime) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Saturates: a negative delay is now, one beyond 292 years is never.
    func adding(_ delay: Duration) -> MonotonicTime {
        let (seconds, attoseconds) = delay.components
        guard seconds >= 0, attoseconds >= 0 else { return self }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowAgain) = nanoseconds.addingReportingOverflow(whole)
        guard !overflow, !overflowAgain else { return MonotonicTime(nanoseconds: .max) }
        let (result, overflowAtLast) = sum.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return MonotonicTime(nanoseconds: overflowAtLast ? .max : result)
    }
}

func monotonicNow() -> MonotonicTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicTime(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
}

/// A binary heap by deadline, then by order of arrival. A cancelled timer stays until its time comes, or until
/// cancelled ones are the greater part.
struct TimerQueue {
    private var heap: [LoopTimer] = []
    private var nextOrder: UInt64 = 0
    private var sizeAtLastSweep = 64

    mutating func add(deadline: MonotonicTime, _ body: @escaping () -> Void) -> LoopTimer {
        if heap.count >= 2 * sizeAtLastSweep { sweep() }
        let timer = LoopTimer(deadline: deadline, order: nextOrder, body: body)
        nextOrder += 1
        heap.append(timer)
        siftUp(heap.count - 1)
        return timer
    }

    /// For epoll_wait: rounded up, so that a timer is due when it returns; -1 without timers.
    mutating func millisecondsToNext(now: MonotonicTime) -> Int32 {
        while let first = heap.first, first.body == nil { removeFirst() }
        guard let first = heap.first else { return -1 }
        guard first.deadline > now else { return 0 }
        let milliseconds = (first.deadline.nanoseconds - now.nanoseconds - 1) / 1_000_000 + 1
        return Int32(clamping: milliseconds)
    }

    /// Those due at `now`, in order. What a body adds waits for the next round even if it is due already.
    mutating func takeDue(now: MonotonicTime) -> [LoopTimer] {
        var due: [LoopTimer] = []
        while let first = heap.first, first.body == nil || first.deadline <= now {
            removeFirst()
            due.append(first)
        }
        return due
    }

    private mutating func sweep() {
        heap = heap.filter { $0.body != nil }.sorted(by: Self.isBefore)
        sizeAtLastSweep = max(64, heap.count)
    }

    private static func isBefore(_ left: LoopTimer, _ right: LoopTimer) -> Bool {
        (left.deadline, left.order) < (right.deadline, right.order)
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2]
            where child < heap.count && Self.isBefore(heap[child], heap[least]) {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(least, index)
            index = least
        }
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0, Self.isBefore(heap[index], heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }
}

extension LoopTimer {
    /// Calls the body unless cancelled, for instance by one that fired just before it.
    func fire() {
        guard let body else { return }
        self.body = nil
        body()
    }
}
