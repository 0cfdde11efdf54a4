"""The network that says which digit it is."""



from course_lib import reading


def test_the_reader_is_loaded_once():
    assert reading.load_reader() is reading.load_reader()
