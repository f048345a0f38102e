internal import CCrypto

/// Something that libcrypto made and that is given back when this goes out of scope.
@safe struct Handle: ~Copyable {
    let pointer: OpaquePointer
    private let free: (OpaquePointer?) -> Void

    /// Takes what `make` returned; where it is null, says what could not be done.
    init(
        _ pointer: OpaquePointer?, to operation: String, free: @escaping (OpaquePointer?) -> Void
    ) throws(JOSEError) {
        guard let pointer = unsafe pointer else { throw Libcrypto.failure(operation) }
        unsafe self.pointer = pointer
        unsafe self.free = free
    }

    deinit { unsafe free(pointer) }
}

enum Libcrypto {
    /// 1 is what libcrypto calls success; 0 and negative numbers are both failures.
    static func check(_ status: Int32, to operation: String) throws(JOSEError) {
        guard status == 1 else { throw failure(operation) }
    }

    /// The newest reason in this thread's error queue. The queue is emptied: the next failure has its own.
    static func failure(_ operation: String) -> JOSEError {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        guard code != 0, let text = unsafe ERR_reason_error_string(code) else {
            return .libcrypto(operation: operation, reason: "no reason given")
        }
        return .libcrypto(operation: operation, reason: unsafe String(cString: text))
    }
}
