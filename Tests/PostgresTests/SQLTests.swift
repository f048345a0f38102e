import Testing

@testable import Postgres

@Suite struct SQLTests {
    @Test("An interpolated value becomes a numbered parameter, never text")
    func binding() {
        let name = "Robert'); DROP TABLE films;--"
        let sql: SQL = "SELECT * FROM films WHERE title = \(name) AND year > \(1999) AND slug = \(String?.none)"
        #expect(sql.text == "SELECT * FROM films WHERE title = $1 AND year > $2 AND slug = $3")
        #expect(sql.parameters.map(\.type) == [.text, .int8, .text])
        #expect(sql.parameters.map(\.length) == [Int32(name.utf8.count), 8, -1])
        #expect(sql.values == Array(name.utf8) + [0, 0, 0, 0, 0, 0, 0x07, 0xcf])
    }

    @Test("A piece of SQL brings its values along, numbered on; a literal $1 in it stays as it is")
    func pieces() {
        let piece: SQL = "(\(1), '$1', \("é"))"
        let sql: SQL = "VALUES (\(true)), \(sql: piece), \(sql: "(DEFAULT)"), \(sql: piece) LIMIT \(2)"
        #expect(sql.text == "VALUES ($1), ($2, '$1', $3), (DEFAULT), ($4, '$1', $5) LIMIT $6")
        #expect(sql.parameters.count == 6)
        for (index, parameter) in sql.parameters.enumerated() {
            let start = sql.text.utf8.index(sql.text.utf8.startIndex, offsetBy: parameter.position)
            #expect(sql.text[start...].hasPrefix("$\(index + 1)"))
        }
        let same: SQL = "\(sql: sql)"
        #expect(same.text == sql.text)
        #expect(same.values == sql.values)
    }

    @Test("An identifier is quoted, its own quotes doubled")
    func identifiers() {
        let sql: SQL = #"LISTEN \#(identifier: #"o"dd"#)"#
        #expect(sql.text == #"LISTEN "o""dd""#)
    }

    @Test("A leading comment is the statement's label; without one its first words are")
    func labels() {
        #expect(("  /* insertOrder */\n INSERT INTO orders" as SQL).label == "insertOrder")
        #expect(("SELECT a,\n  b FROM t" as SQL).label == "\"SELECT a, b FROM t…\"")
    }

    @Test(
        "Only a statement that begins with a reading word counts as reading",
        arguments: [
            ("SELECT 1", true), ("/* read */ select 1", true), ("VALUES (1)", true), ("SHOW lock_timeout", true),
            ("INSERT INTO t DEFAULT VALUES", false), ("WITH x AS (DELETE FROM t) SELECT 1", false),
            ("/* SELECT */ UPDATE t SET a = 1", false), ("", false),
        ])
    func reading(text: String, isReading: Bool) {
        #expect(SQL.trusted(text).isReading == isReading)
    }

    @Test("What can't be bound is remembered until the statement is run")
    func faults() {
        #expect(("SELECT \("a\0b")" as SQL).fault == .containsNUL)
        #expect(("SELECT \(sql: "x = \("\0")")" as SQL).fault == .containsNUL)
        #expect(("SELECT \([[1]])" as SQL).fault != nil)
        #expect(("SELECT \([String?.some("a"), nil])" as SQL).fault == nil)
        var many: SQL = "SELECT \(0)"
        for value in 0..<SQL.parametersMax { many.append(", \(value)") }
        #expect(many.fault == .tooManyParameters)
    }

    @Test("A queue gives back in the order of arrival, and removes from its middle")
    func queue() {
        var queue = FIFO<Int>()
        for number in 0..<200 { queue.append(number) }
        #expect(queue.remove { $0 == 150 } == 150)
        #expect(queue.remove { $0 == 999 } == nil)
        for number in 0..<100 { #expect(queue.popFirst() == number) }
        #expect(queue.count == 99)
        #expect(queue.first == 100)
        #expect(queue.removeAll() == Array(100..<150) + Array(151..<200))
        #expect(queue.isEmpty)
        #expect(queue.popFirst() == nil)
    }
}
