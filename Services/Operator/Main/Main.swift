import OperatorCommand

@main
struct FilmClub {
    static func main() { OperatorCommand.main() }
}
